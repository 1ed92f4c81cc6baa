// What a countdown shows: the same rule as web/citizen/time_left.py.

/** `left` in ms, the seconds rounded up: « 0:00 » is the instant itself, and stays. */
export function countdown(left: number): string {
  const seconds = Math.ceil(Math.max(0, left) / 1000);
  const two = (n: number): string => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
