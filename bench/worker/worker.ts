/** A fresh process that measures one contestant of one case, once. The last line it writes is the figures. */
import type { Contestant, Context } from '../cases/case.ts';
import { caseCalled } from '../cases/index.ts';

const { name, contestant, context } = JSON.parse(process.argv[2]!) as Task;

export interface Task {
  readonly name: string;
  readonly contestant: Contestant;
  readonly context: Context;
}

const rows = await caseCalled(name).run(contestant, context);
process.stdout.write(`\n${JSON.stringify(rows)}\n`, () => process.exit());
