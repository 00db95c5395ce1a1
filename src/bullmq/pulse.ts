/** How a crawl in Redis is, and that a worker of it is alive. */
import type { FrontierStats } from '../crawl/frontier.ts';
import type { FrontierConnection } from './connection.ts';

export interface Pulse extends FrontierStats {
  readonly state: 'running' | 'paused' | 'stopped';
  /** Hosts whose job may not be in the queue: host, number, milliseconds of each. */
  readonly unsure: readonly string[];
}

/** @param worker whose sign of life it is, or '' for none @param lease milliseconds that one is remembered */
export async function readPulse(connection: FrontierConnection, worker: string, lease: number): Promise<Pulse> {
  const answer = await connection.call('sluicePulse', worker, Math.ceil(lease));
  const [fields, hosts, workers, lost] = answer as [(string | null)[], number, number, string[]];
  const [known, waiting, leased, done, failed] = fields.map((field) => Number(field ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const unsure: string[] = [];
  for (let i = 0; i < lost.length; i += 2) unsure.push(lost[i]!, lost[i + 1]!, '0');
  const word = fields[5];
  const state = word === 'paused' || word === 'stopped' ? word : 'running';
  return { known, waiting, leased, done, failed, hosts, workers, state, unsure };
}
