/** Results as tables of Markdown: what is printed is what the page holds. */

import type { Case } from './cases/case.ts';
import { caseCalled } from './cases/index.ts';
import { BASELINE, clients } from './clients/index.ts';
import type { CaseResult, Results, Row, Run } from './results.ts';

const DASH = '-';

/** @param shown clients to speak of, measured or not. Default: all */
export function tableOf(result: CaseResult, shown: readonly string[] = Object.keys(clients)): string {
  const one = caseCalled(result.name);
  const heads = one.figures.flatMap(({ title, ratio }) => (ratio ? [title, 'ratio'] : [title]));
  const rows = namesOf(one, result, shown).map((name) => [
    name,
    ...cellsOf(
      one,
      result.rows.find((row) => row.name === name),
    ),
  ]);
  const ratios = one.figures.some(({ ratio }) => ratio) ? `Ratios are to ${one.baseline}. ` : '';
  const rounds = `${result.rounds} ${result.rounds === 1 ? 'round' : 'rounds'}.`;
  return `### ${one.title}\n\n${one.note === undefined ? '' : `${one.note} `}${ratios}${rounds}\n\n${markdown([['', ...heads], ...rows])}`;
}

/** Those measured; of a case for all clients also those that cannot do it. */
function namesOf({ contestants }: Case, { rows }: CaseResult, shown: readonly string[]): string[] {
  const measured = rows.map((row) => row.name);
  if (contestants.length < 2) return measured;
  const every = [...contestants.filter(({ plain }) => plain).map(({ row }) => row), ...shown];
  const able = new Set(contestants.map(({ row }) => row));
  return every.filter((name) => measured.includes(name) || !able.has(name));
}

function cellsOf({ figures }: Case, row: Row | undefined): string[] {
  return figures.flatMap(({ key, ratio, digits = 0 }) => {
    const value = row?.figures[key]?.toFixed(digits) ?? DASH;
    return ratio ? [value, row?.ratios[key]?.toFixed(2) ?? DASH] : [value];
  });
}

export function settingOf({ machine, node, cores, versions }: Run): string {
  const listed = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Node ${node}; ${machine}; ${cores}.\n\n${listed.join(', ')}.`;
}

/** The quick set on each Node: the ratios of CPU time to `undici.request` in the same run. */
export function nodesTable({ node, cases, otherNodes }: Results): string | undefined {
  const runs: (readonly [string, readonly CaseResult[]])[] = [
    [node, cases],
    ...Object.values(otherNodes).map((run) => [run.node, run.cases] as const),
  ];
  if (runs.length < 2) return undefined;
  const ratioOf = (measured: readonly CaseResult[], name: string, row: string) =>
    measured
      .find((one) => one.name === name)
      ?.rows.find((one) => one.name === row)
      ?.ratios['cpu']?.toFixed(2) ?? DASH;
  const rows = NODE_ROWS.map(([title, name, row]) => [
    title,
    ...runs.map(([, measured]) => ratioOf(measured, name, row)),
  ]);
  const head = ['', ...runs.map(([version]) => `Node ${version}`)];
  return `### Other versions of Node\n\nCPU time as a ratio to ${BASELINE}'s plain GET in the same run.\n\n${markdown([head, ...rows])}`;
}

const NODE_ROWS: readonly (readonly [title: string, name: string, row: string])[] = [
  ...['sluice', 'undici.dispatch', 'node:http', 'built-in fetch', 'got', 'axios', 'ky'].map(
    (client) => [`${client}, GET of small JSON`, 'get-json', client] as const,
  ),
  ['sluice, cookie, timeout, signal and retry on', 'all-on', 'sluice'],
  ['got, cookie, timeout, signal and retry on', 'all-on', 'got'],
];

function markdown(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join('\n');
}
