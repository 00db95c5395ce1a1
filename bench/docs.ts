/** Puts the tables and the drawing of the kept results into the documentation: no figure there that no run has printed. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { cases } from './cases/index.ts';
import { PAGE, PLOT, RESULTS } from './paths.ts';
import { plot } from './plot.ts';
import { goalsTable, mainRuns, nodesTable, sectionOf, settingsOf } from './report.ts';
import { type Results, readResults } from './results.ts';

const BEGIN = '<!-- bench: begin, written by npm run bench -- --docs -->';
const END = '<!-- bench: end -->';

/** @throws Error when there are no results, or no place for them in the page */
export function writeDocs(path: string): void {
  const results = readResults(path);
  if (results === undefined) throw new Error(`there are no results in ${basename(RESULTS)}: run npm run bench first`);
  const drawing = plot(results);
  if (drawing === undefined) rmSync(PLOT, { force: true });
  else writeFileSync(PLOT, drawing);
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`docs/${basename(PAGE)} has lost the lines "${BEGIN}" and "${END}"`);
  writeFileSync(
    PAGE,
    `${page.slice(0, begin + BEGIN.length)}\n\n${sections(results, drawing !== undefined)}\n\n${page.slice(end)}`,
  );
}

function sections(results: Results, hasPlot: boolean): string {
  const picture = hasPlot ? [`![CPU time of a request by client](${basename(PLOT)})`] : [];
  const goals = goalsTable(mainRuns(results));
  return [
    ...settingsOf(results),
    ...(goals === undefined ? [] : [`### Goals\n\n${goals}`]),
    ...picture,
    ...cases.map(({ name }) => sectionOf(name, results)),
    nodesTable(results),
  ]
    .filter((section) => section !== undefined)
    .join('\n\n');
}
