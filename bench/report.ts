/** Results as tables of Markdown: what is printed is what the page holds. */

import type { Case } from './cases/case.ts';
import { caseCalled } from './cases/index.ts';
import { BASELINE, clients } from './clients/index.ts';
import { type Goal, goals } from './goals.ts';
import { type CaseResult, majorOf, type Reached, type Results, type Row, type Run } from './results.ts';
import { boundOf } from './verdict.ts';

const DASH = '-';
/** The Nodes whose figures count. */
const MAIN = [26, 24];

/** @param shown clients to speak of, measured or not. Default: all */
export function tableOf(result: CaseResult, shown?: readonly string[]): string {
  return `${headOf(result.name)}\n\n${figuresOf(result, shown)}`;
}

function headOf(name: string): string {
  const { title, note, figures, baseline } = caseCalled(name);
  const ratios = figures.some(({ ratio }) => ratio) ? `Ratios are to ${baseline}.` : '';
  return [`### ${title}`, [note, ratios].filter(Boolean).join(' ')].filter(Boolean).join('\n\n');
}

function figuresOf(result: CaseResult, shown: readonly string[] = Object.keys(clients)): string {
  const one = caseCalled(result.name);
  const hasSpread = result.rows.some(({ ratioSpread }) => ratioSpread !== undefined);
  const ratio = hasSpread ? ['ratio', 'quartiles'] : ['ratio'];
  const heads = one.figures.flatMap((figure) => [figure.title, ...(figure.ratio ? ratio : [])]);
  const rows = sorted(one, result.rows).map((row) => [row.name, ...cellsOf(one, row, hasSpread)]);
  const notes = [countOf(result), loadOf(result), ...absent(one, result, shown)].filter(Boolean).join(' ');
  return `${markdown([['', ...heads], ...rows])}\n\n${notes}`;
}

/** In the order of the contestants; rows of one contestant as they came. */
function sorted({ contestants }: Case, rows: readonly Row[]): Row[] {
  const place = ({ name }: Row) => contestants.findIndex(({ row }) => row === name);
  return [...rows].sort((a, b) => place(a) - place(b));
}

function cellsOf({ figures }: Case, { figures: values, ratios, ratioSpread }: Row, hasSpread: boolean): string[] {
  return figures.flatMap(({ key, ratio, digits = 0 }) => {
    const value = values[key]?.toFixed(digits) ?? DASH;
    if (!ratio) return [value];
    const spread = ratioSpread?.[key]?.map((one) => one.toFixed(2)).join(' to ') ?? DASH;
    return [value, ratios[key]?.toFixed(2) ?? DASH, ...(hasSpread ? [spread] : [])];
  });
}

function countOf({ rounds, processes = rounds }: CaseResult): string {
  const count = (one: number, word: string) => `${one} ${word}${one === 1 ? '' : 's'}`;
  const of = processes === rounds ? '' : ` in ${count(processes, 'process')}`.replace('processs', 'processes');
  return `${count(rounds, 'round')}${of}.`;
}

function loadOf({ isLoaded, others = 0 }: CaseResult): string {
  return isLoaded ? `**The machine was loaded: others took ${Math.round(100 * others)} % of it. No verdict.**` : '';
}

/** Who has no such thing by itself, and who did not get through. */
function absent(
  { contestants, tellsUnable }: Case,
  { rows, leftOut = {} }: CaseResult,
  shown: readonly string[],
): string[] {
  const able = new Set(contestants.map(({ client }) => client));
  const unable = shown.filter((name) => !able.has(name) && clients[name]!.only === undefined);
  const there = new Set(rows.map(({ name }) => name));
  const failed = Object.entries(leftOut).filter(([name]) => !there.has(name));
  return [
    ...(tellsUnable && unable.length > 0 ? [`Without it: ${unable.join(', ')}.`] : []),
    ...failed.map(([name, reason]) => `Left out: ${name} (${reason}).`),
  ];
}

export function settingOf({ machine, node, cores, versions }: Run): string {
  const listed = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Node ${node}; ${machine}; ${cores}.\n\n${listed.join(', ')}.`;
}

/** Each setting once, with all Nodes that were measured in it. */
export function settingsOf(results: Results): string[] {
  const nodes = new Map<string, string[]>();
  for (const run of runsOf(results)) {
    const setting = settingOf({ ...run, node: '*' });
    nodes.set(setting, [...(nodes.get(setting) ?? []), run.node]);
  }
  return [...nodes].map(([setting, versions]) => setting.replace('*', versions.join(', ')));
}

export function runsOf({ otherNodes, ...own }: Results): Run[] {
  return [own, ...Object.values(otherNodes)].filter(({ cases }) => cases.length > 0);
}

/** Of the Nodes that count, the newest first; of the benchmark's own where they have none, or not all of its rows. */
export function sectionOf(name: string, results: Results): string | undefined {
  const there = runsOf(results).flatMap((run) => {
    const result = run.cases.find((one) => one.name === name);
    return result === undefined ? [] : [{ node: run.node, result }];
  });
  const main = MAIN.flatMap((major) => there.filter(({ node }) => majorOf(node) === major));
  const most = Math.max(0, ...main.map(({ result }) => result.rows.length));
  const own = there.filter(({ node, result }) => node === results.node && result.rows.length > most);
  const shown = [...new Set([...main, ...own])];
  if (shown.length === 0) return undefined;
  return [headOf(name), ...shown.map(({ node, result }) => `**Node ${node}**\n\n${figuresOf(result)}`)].join('\n\n');
}

/** Every goal of the cases that were measured, on each Node of the runs. */
export function goalsTable(runs: readonly Run[]): string | undefined {
  const asked = goals.filter(({ name }) => runs.some(({ cases }) => cases.some((one) => one.name === name)));
  if (asked.length === 0) return undefined;
  const rows = asked.map((goal) => [goal.title, boundOf(goal), ...runs.map((run) => verdictIn(run, goal))]);
  return markdown([['', 'goal', ...runs.map(({ node }) => `Node ${node}`)], ...rows]);
}

export function mainRuns(results: Results): Run[] {
  return MAIN.flatMap((major) => runsOf(results).filter(({ node }) => majorOf(node) === major));
}

function verdictIn({ cases }: Run, { name, title }: Goal): string {
  const measured = cases.find((one) => one.name === name);
  if (measured === undefined) return DASH;
  const reached = measured.goals?.find((one) => one.title === title);
  // We were left out, or whoever is the measure.
  return reached === undefined ? 'no figure: no verdict' : verdictOf(reached);
}

function verdictOf({ figure, quartiles, to, isReached }: Reached): string {
  const verdict = isReached === undefined ? 'no verdict' : isReached ? 'reached' : 'NOT reached';
  return `${figure} (${quartiles.join(' to ')})${to === undefined ? '' : ` of ${to}`}: ${verdict}`;
}

/** The quick set on each Node: the ratios of CPU time to `undici.request` in the same run. */
export function nodesTable(results: Results): string | undefined {
  const runs = runsOf(results);
  if (runs.length < 2) return undefined;
  const ratioOf = (measured: readonly CaseResult[], name: string, row: string) =>
    measured
      .find((one) => one.name === name)
      ?.rows.find((one) => one.name === row)
      ?.ratios['cpu']?.toFixed(2) ?? DASH;
  const rows = NODE_ROWS.map(([title, name, row]) => [title, ...runs.map(({ cases }) => ratioOf(cases, name, row))]);
  const head = ['', ...runs.map(({ node }) => `Node ${node}`)];
  return `### Every version of Node\n\nCPU time as a ratio to ${BASELINE}'s plain GET in the same run.\n\n${markdown([head, ...rows])}`;
}

const NODE_ROWS: readonly (readonly [title: string, name: string, row: string])[] = [
  ...['sluice', 'undici-8.request', 'undici.dispatch', 'node:http', 'built-in fetch', 'got', 'axios', 'ky'].map(
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
