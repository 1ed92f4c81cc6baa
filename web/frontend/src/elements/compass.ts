// Which shape of a map lies next in a direction (pure).

export interface Place {
  readonly x: number;
  readonly y: number;
}

const TOWARDS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** The nearest place within 45° of the arrow key's direction; undefined at the edge, or for another key. */
export function neighbour<P extends Place>(places: readonly P[], from: Place, key: string): P | undefined {
  const direction = TOWARDS[key];
  if (!direction) return undefined;
  const [east, south] = direction;
  let nearest: P | undefined;
  let least = Infinity;
  for (const place of places) {
    const [dx, dy] = [place.x - from.x, place.y - from.y];
    const along = dx * east + dy * south;
    const across = Math.abs(dx * south) + Math.abs(dy * east);
    if (along <= 0 || across > along || along + across >= least) continue;
    nearest = place;
    least = along + across;
  }
  return nearest;
}
