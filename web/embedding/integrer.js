// For sites that show a topic of Imagin'Est in a frame: makes each frame as high as what it shows.
// It believes nothing but what a frame of this script's own site says, and takes nothing but a height.
(() => {
  const ours = new URL(document.currentScript.src).origin;
  addEventListener("message", ({ origin, source, data }) => {
    const height = Number(data && data.imaginest && data.imaginest.height);
    if (origin !== ours || !(height > 0 && height < 5000)) return;
    for (const frame of document.getElementsByTagName("iframe")) {
      if (frame.contentWindow === source) frame.style.height = `${Math.ceil(height)}px`;
    }
  });
})();
