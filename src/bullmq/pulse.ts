/** One question to Redis: the state and the counts of a crawl. Asking it is also the sign of life of a worker. */
import type { FrontierStats } from '../crawl/frontier.ts';
import type { FrontierConnection } from './connection.ts';

export interface Pulse extends FrontierStats {
  readonly state: 'running' | 'paused' | 'stopped';
  /**
   * Hosts that were to be queued and may not be, because a worker died between the two steps: host, sequence number and
   * delay in milliseconds of each, one after the other.
   */
  readonly unsure: readonly string[];
}

/**
 * @param worker whose sign of life this is, or '' for none
 * @param lease milliseconds without a sign of life after which a worker is not counted any more
 */
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
