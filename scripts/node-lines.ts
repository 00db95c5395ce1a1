/** The lines of Node that are in use, from the npm package `node`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ownProject, projectHome } from './own-project.ts';

const LINES = { '22': '22.23.3', '24': '24.21.0', '26': '26.10.0' };

export type NodeLine = keyof typeof LINES;
export const NODE_LINES = Object.entries(LINES) as readonly (readonly [NodeLine, string])[];

/** Path of the program. The first call installs all lines. */
export function nodeOf(line: NodeLine): string {
  const packages = Object.fromEntries(NODE_LINES.map(([one, version]) => [`node-${one}`, `npm:node@${version}`]));
  return join(ownProject('nodes', packages), programOf(line));
}

/** Path of the program where an earlier call has installed it. */
export function presentNode(line: NodeLine): string | undefined {
  const path = join(projectHome('nodes'), programOf(line));
  return existsSync(path) ? path : undefined;
}

function programOf(line: NodeLine): string {
  return join('node_modules', `node-${line}`, 'bin/node');
}
