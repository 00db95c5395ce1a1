import { afterEach, describe, expect, it, vi } from 'vitest';
import { tlsSettings } from '../../../src/connect/settings/tls-settings.ts';
import { certificates } from '../../support/certificates.ts';

afterEach(() => vi.restoreAllMocks());

describe('tlsSettings', () => {
  it.each<[false | null]>([[false], [null]])('verifies nothing with verify: %s', (verify) => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    expect(tlsSettings({ verify }).connection.rejectUnauthorized).toBe(false);
  });

  it('speaks TLS 1.2 or newer beside other settings too', () => {
    const { connection } = tlsSettings({ tls: { servername: 'a.test' } });
    expect(connection).toMatchObject({ minVersion: 'TLSv1.2', servername: 'a.test', rejectUnauthorized: true });
  });

  it('reads certificate and encrypted key from one text, with the passphrase of cert', async () => {
    const { encryptedClient } = await certificates();
    const both = `${encryptedClient.cert}\n${encryptedClient.key}`;
    expect(tlsSettings({ cert: [both, encryptedClient.passphrase] }).hash).not.toBe('');
    expect(() => tlsSettings({ cert: [both, 'wrong'] })).toThrow(
      expect.objectContaining({ name: 'RequestError', code: 'ERR_TLS_OPTIONS' }),
    );
  });

  it('keeps the settings that were used last, and makes those used longest ago anew', () => {
    const of = (i: number) => tlsSettings({ tls: { servername: `h${i}.test` } });
    const [first, other] = [of(0), of(1)];
    for (let i = 2; i < 200; i += 1) {
      of(i);
      expect(of(0)).toBe(first);
    }
    expect(of(1)).not.toBe(other);
    expect(of(1).hash).toBe(other.hash);
  });
});
