// What makes the site an application: the worker that keeps its pages, and the manifest that is of use beside it.

export function install(): void {
  if (!("serviceWorker" in navigator)) return;
  // Whoever waits for this page must not wait for what the next ones may need.
  addEventListener("load", () => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(register, { timeout: 3_000 });
    else setTimeout(register, 1_000);
  });
  const link = Object.assign(document.createElement("link"), { rel: "manifest", href: "/manifest.webmanifest" });
  link.crossOrigin = "use-credentials"; // the cookie says which language was chosen
  document.head.append(link);
}

function register(): void {
  const isFirst = navigator.serviceWorker.controller === null;
  navigator.serviceWorker
    .register("/sw.js", { updateViaCache: "none" })
    .then(() => navigator.serviceWorker.ready)
    // The page on which the worker begins did not pass by it: it is to be read offline as well.
    .then(({ active }) => isFirst && active?.postMessage(location.href))
    .catch(() => {
      // Private windows and full disks have none: the pages then need the network.
    });
}
