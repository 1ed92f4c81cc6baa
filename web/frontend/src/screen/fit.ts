// Makes the words of a scene as large as fits: inside the safe margins, and none on another.

const LEAST = 0.4;
const STEP = 0.04;
const BLOCKS =
  ".over, .title, .heading, .lead, .name, .digits, .question, .duel, .places, .places-small, .map-drawing, .picture, .join, .people, .legend, .ended, .idea";
/** Half a pixel is no fault. */
const SLACK = 1;

/** What was measured last of each scene, so that nothing is measured twice. */
const measured = new WeakMap<HTMLElement, string>();

/** Fit what is laid out; `what` says what is in it, and the same in a window of the same size is not looked at again. */
export function fit(scene: HTMLElement, what: string): void {
  if (scene.hidden) return;
  const key = `${innerWidth} ${innerHeight} ${what}`;
  if (measured.get(scene) === key) return;
  measured.set(scene, key);
  scene.removeAttribute("data-full");
  scene.style.removeProperty("--fit");
  if (faults(scene) === 0) return;
  scene.setAttribute("data-full", ""); // the landscape steps back and leaves its room
  let [best, least] = [1, Infinity];
  for (let size = 1; size >= LEAST && least > 0; size -= STEP) {
    scene.style.setProperty("--fit", size.toFixed(2));
    const found = faults(scene);
    if (found < least) [best, least] = [size, found];
  }
  scene.style.setProperty("--fit", best.toFixed(2)); // what no size mends makes nothing small
}

/** Measure again what was measured. */
export function unfit(scene: HTMLElement): void {
  measured.delete(scene);
}

/** How many blocks are beyond the margins, cut off or on another. */
function faults(scene: HTMLElement): number {
  const { top, right, bottom, left } = scene.getBoundingClientRect();
  const edge = getComputedStyle(scene);
  const px = (value: string): number => Number.parseFloat(value) || 0;
  const safe = {
    top: top + px(edge.paddingTop) - SLACK,
    right: right - px(edge.paddingRight) + SLACK,
    bottom: bottom - px(edge.paddingBottom) + SLACK,
    left: left + px(edge.paddingLeft) - SLACK,
  };
  const boxes = [...scene.querySelectorAll(BLOCKS)]
    .map((block) => ({ block, box: block.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && box.height > 0);
  return boxes.filter(({ block, box }, i) => {
    const isWithin = box.left >= safe.left && box.right <= safe.right && box.top >= safe.top && box.bottom <= safe.bottom;
    const isWhole = block.scrollWidth <= block.clientWidth + SLACK || block.clientWidth === 0;
    const isAlone = boxes.slice(i + 1).every((other) => block.contains(other.block) || !meet(box, other.box));
    return !(isWithin && isWhole && isAlone);
  }).length;
}

function meet(one: DOMRect, other: DOMRect): boolean {
  return (
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > SLACK &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > SLACK
  );
}
