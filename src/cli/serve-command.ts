/** `sluice serve`: the test site, until it is stopped. */
import { startServer } from '../testing/server.ts';
import type { ServeCommand } from './commands.ts';
import { writeOut } from './output-file.ts';
import type { Terminal } from './terminal.ts';

/** Ctrl-C closes the server and waits for its connections, so that the command ends with 0. */
export async function serveCommand({ port, host }: ServeCommand, terminal: Terminal): Promise<number> {
  const server = await startServer({ port, host });
  const words = `The test site listens at ${server.origin}/ until Ctrl-C; its index lists the routes.\n`;
  try {
    await writeOut(terminal.stdout, words);
  } catch (error) {
    await server.close();
    throw error;
  }
  await new Promise<void>((resolve) => {
    const stop = terminal.onSignal(() => {
      stop();
      resolve();
    });
  });
  await server.close();
  return 0;
}
