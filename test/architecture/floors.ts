/**
 * The floors of the house, from the ground up. A folder imports only folders of lower floors, and types count; folders
 * of one floor never import each other. `docs/architecture.md` draws the same picture.
 */

/** A folder of `src`, or a file at its root, and the floor it stands on. The longest name that fits a path counts. */
const FLOORS: readonly (readonly [floor: number, names: string])[] = [
  [0, 'time runtime'],
  [1, 'message'],
  [2, 'options'],
  [3, 'call'],
  [4, 'stack semantics'],
  [5, 'connect/rules cookies'],
  [6, 'connect/settings'],
  [7, 'connect'],
  [8, 'handlers/exchange handlers/connections middleware'],
  [9, 'handlers/undici handlers/node handlers/fetch'],
  [10, 'handlers/http2'],
  [11, 'handlers'],
  [12, 'default-stack.ts'],
  [13, 'pool beacon sync download websocket cache har otel resilience'],
  [14, 'client crawl cli/text'],
  [15, 'testing cli/crawl bullmq'],
  [16, 'cli/report'],
  [17, 'cli'],
  [18, 'index.ts sync-worker.ts testing/index.ts websocket/index.ts cache/index.ts crawl/index.ts cli/index.ts'],
  [18, 'bullmq/index.ts har/index.ts otel/index.ts resilience/index.ts testing/matchers/index.ts'],
];

const floorOf = new Map(FLOORS.flatMap(([floor, names]) => names.split(' ').map((name) => [name, floor] as const)));

export interface Place {
  /** The folder that the rules speak of, such as `handlers/undici`, or a file that stands for itself. */
  readonly name: string;
  readonly floor: number;
}

/** Where a file stands, or `undefined` for one in a folder that nobody has given a floor. */
export function placeOf(path: string): Place | undefined {
  const parts = path.replace(/^src\//, '').split('/');
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join('/');
    const floor = floorOf.get(name);
    if (floor !== undefined) return { name, floor };
  }
  return undefined;
}

/** The layers: each a file of `middleware/`, or a folder of its name, and no layer knows another. */
export function layerOf(path: string): string | undefined {
  return /^src\/middleware\/([^/.]+)/.exec(path)?.[1];
}

export function picture(): string {
  return FLOORS.map(([floor, names]) => `[${floor}] ${names}`)
    .reverse()
    .join('\n');
}
