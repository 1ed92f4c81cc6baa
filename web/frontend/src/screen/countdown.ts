// A countdown as it is read (pure): « 1:02:05 », « 0:59 », never under « 0:00 ».

export function countdown(at: number, now: number): string {
  return written(Math.ceil((at - now) / 1000));
}

/** How far something is, in whole seconds that have gone by: « 0:07 ». */
export function clocked(ms: number): string {
  return written(Math.floor(ms / 1000));
}

function written(whole: number): string {
  const seconds = Math.max(0, whole);
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}

/** In how many ms another second is to be read; null where it is over. */
export function nextSecond(at: number, now: number): number | null {
  if (at <= now) return null;
  return (at - now) % 1000 || 1000;
}
