/** The CPU ratios of one case as a drawing of bars. */

import { caseCalled } from './cases/index.ts';
import { BASELINE } from './clients/index.ts';
import { mainRuns, runsOf } from './report.ts';
import type { Results } from './results.ts';

const CASE = 'get-json';
const ROW = 24;
const LEFT = 150;
const BARS = 470;
const RIGHT = 60;
const TOP = 48;

/** @returns undefined when the results hold no such case */
export function plot(results: Results): string | undefined {
  const candidates = [...mainRuns(results), ...runsOf(results)].map(({ node, cases }) => ({
    node,
    rows: cases.find(({ name }) => name === CASE)?.rows.filter((row) => row.ratios['cpu'] !== undefined) ?? [],
  }));
  const most = Math.max(...candidates.map(({ rows }) => rows.length));
  if (most === 0) return undefined;
  const { node, rows } = candidates.find((one) => one.rows.length === most)!;
  const sorted = [...rows].sort((a, b) => a.ratios['cpu']! - b.ratios['cpu']!);
  const scale = BARS / Math.max(...sorted.map((row) => row.ratios['cpu']!));
  const height = TOP + sorted.length * ROW + 16;
  const one = LEFT + scale;
  const bars = sorted.map(({ name, ratios }, i) => bar(name, ratios['cpu']!, TOP + i * ROW, scale));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + BARS + RIGHT}" height="${height}" viewBox="0 0 ${LEFT + BARS + RIGHT} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${caseCalled(CASE).title}: CPU time of a request, ${BASELINE} = 1</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="12" y="22" font-size="15" fill="#222222">${caseCalled(CASE).title}: CPU time of a request, ${BASELINE} = 1</text>`,
    `<text x="12" y="39" font-size="11" fill="#666666">shorter is better; Node ${node}</text>`,
    ...bars,
    `<line x1="${one.toFixed(1)}" y1="${TOP - 4}" x2="${one.toFixed(1)}" y2="${height - 12}" stroke="#222222" stroke-dasharray="3 3"/>`,
    '</svg>',
  ].join('\n')}\n`;
}

function bar(name: string, ratio: number, y: number, scale: number): string {
  const width = ratio * scale;
  const fill = name === 'sluice' ? '#0b7285' : '#adb5bd';
  const weight = name === 'sluice' ? ' font-weight="bold"' : '';
  return [
    `<text x="${LEFT - 8}" y="${y + 15}" text-anchor="end" fill="#222222"${weight}>${name}</text>`,
    `<rect x="${LEFT}" y="${y + 3}" width="${width.toFixed(1)}" height="${ROW - 8}" rx="2" fill="${fill}"/>`,
    `<text x="${(LEFT + width + 6).toFixed(1)}" y="${y + 15}" fill="#222222"${weight}>${ratio.toFixed(2)}</text>`,
  ].join('\n');
}
