// How a film is brought to the second at which it is for everybody (pure; in seconds).

/** Nobody hears or sees less than this between two halls. */
export const NEAR = 0.15;
/** Farther than this is no matter of pace: it jumps. */
const FAR = 1.5;
/** As much faster or slower as nobody hears. */
const MOST = 0.08;

export interface Correction {
  readonly seek: number | null;
  readonly rate: number;
}

export function correction(position: number, wanted: number): Correction {
  const behind = wanted - position;
  if (Math.abs(behind) <= NEAR) return { seek: null, rate: 1 };
  if (Math.abs(behind) > FAR) return { seek: wanted, rate: 1 };
  return { seek: null, rate: 1 + Math.sign(behind) * MOST };
}
