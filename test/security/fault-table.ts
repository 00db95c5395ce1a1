/** The fault matrix as a page, and read back from it. */
import { type CellOutcome, matrixHandlers } from './fault-cells.ts';
import { type HostileRow, hostileRows } from './hostile-rows.ts';

/** The major version of this runtime. */
export const nodeMajor = process.versions.node.split('.', 1)[0]!;

const HEAD = `# What faults end in

Made by \`npm run fault-matrix\` on Node ${nodeMajor}, and compared to what happens by \`test/security/hostile.test.ts\`: every
ready-made fault of \`sluice/testing\`, more of each kind, and the routes of its site that go wrong, through a whole client
over each handler. \`test/security/fault-offsets.test.ts\` cuts a response after each of its bytes, by a reset and by FIN.

- \`ok\` means that the body is whole and right. Nothing else passes the test as a success, but what is \`not told\`.
- Two outcomes stand in a cell where a buffered and a streamed body differ, the buffered one first.
- Each cell was tried with \`retry: 0\` and with one retry. A server that does not mend ends both in the same way; where it
  does not, the second stands behind \`retry:\`.
- No cell hangs, crashes, or leaves a socket, a timer, a listener or an unhandled rejection behind. The sockets of the
  built-in fetch are the runtime's own and are not counted.
`;

/** The reasons for `not told`. */
function untoldOf(rows: readonly HostileRow[]): string[] {
  const reasons = rows.flatMap(({ untold = {} }) => Object.entries(untold));
  const lines = reasons.map(([handler, reason]) => `- \`not told\`, ${handler}: ${reason}.`);
  return [...new Set(lines)];
}

/** One text for each handler. */
export function rowOf(outcomes: readonly CellOutcome[]): string[] {
  return Object.keys(matrixHandlers).map((handler) => {
    const text = (retry: boolean): string => {
      const both = [false, true].map((streamed) => outcomeOf(outcomes, handler, streamed, retry));
      return both[0] === both[1] ? both[0]! : both.join(', ');
    };
    return text(false) === text(true) ? text(false) : `${text(false)}; retry: ${text(true)}`;
  });
}

function outcomeOf(outcomes: readonly CellOutcome[], handler: string, streamed: boolean, retry: boolean): string {
  const cell = outcomes.find((one) => one.handler === handler && one.streamed === streamed && one.retry === retry);
  return cell?.outcome ?? 'missing';
}

/** The page. */
export function tableOf(outcomes: ReadonlyMap<string, readonly CellOutcome[]>): string {
  const handlers = Object.keys(matrixHandlers);
  const lines = [
    HEAD + untoldOf(hostileRows).join('\n'),
    '',
    `| fault | ${handlers.join(' | ')} |`,
    `|---|${handlers.map(() => '---|').join('')}`,
    ...[...outcomes].map(([name, found]) => `| \`${name}\` | ${rowOf(found).join(' | ')} |`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Name to texts, as the page has them. */
export function rowsOf(page: string): Map<string, string[]> {
  const rows = [...page.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)];
  return new Map(rows.map(([, name = '', texts = '']) => [name, texts.split(' | ')]));
}

/** The major version of Node that the page was made on: parsers differ between them. */
export function writtenOn(page: string): string {
  return /on Node (\d+)/.exec(page)?.[1] ?? '';
}
