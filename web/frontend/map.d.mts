/** The ten départements as SVG paths, each with the point where its number stands. */
export function regionMap(): {
  viewBox: string;
  departements: { code: string; path: string; x: number; y: number }[];
};
