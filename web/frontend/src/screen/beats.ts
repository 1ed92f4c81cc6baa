// What moves much of a screen moves in beats, however many votes there are: at once after a rest, else with the next one.

/** Longer than what moves in it, in ms: a screen that never rests is seen less, and costs a projector's computer frames. */
const BEAT = 1_500;

type Draw = () => boolean;

/** The last drawing that each scene owes since its beat began. */
const owed = new WeakMap<Element, Draw | null>();

/** Have `draw` draw this scene, which says whether anything changed; of those that follow within a beat the last counts. */
export function inBeats(scene: Element, draw: Draw): void {
  if (owed.has(scene)) owed.set(scene, draw);
  else if (draw()) begin(scene);
}

function begin(scene: Element): void {
  owed.set(scene, null);
  setTimeout(() => {
    const draw = owed.get(scene);
    owed.delete(scene);
    if (draw) inBeats(scene, draw);
  }, BEAT);
}
