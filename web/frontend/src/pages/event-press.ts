// The charts of an evening as PNG: drawn from the SVG by the browser, which has fonts and a renderer.
const SCALE = 2;

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-png]")) {
  button.hidden = false;
  button.addEventListener("click", () => void save(button.dataset.png ?? ""));
}

async function save(address: string): Promise<void> {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth * SCALE;
  canvas.height = picture.naturalHeight * SCALE;
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `question-${(address.split("/").pop() ?? "").replace(/\.svg$/, ".png")}`; // as the SVG is called
  link.click();
  URL.revokeObjectURL(link.href);
}

export {};
