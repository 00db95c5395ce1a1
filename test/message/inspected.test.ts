import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Call } from '../../src/call/call.ts';
import { HttpHeaders } from '../../src/message/headers.ts';
import { INSPECT } from '../../src/message/inspected.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { walked } from '../security/secret-places.ts';

const request = new HttpRequest('GET', 'http://h.test/?token=s3cret', { Authorization: 'Bearer s3cret' });
request.call = new Call(0);
const response = new HttpResponse(200, { 'Set-Cookie': 'sid=s3cret' }, 'body', '1.1', 'OK', {
  request,
  handler: 'mock',
});
const values = [request, response, new HttpHeaders({ Authorization: 's3cret' })] as const;

describe('a message that is shown', () => {
  it.each(values)('is JSON after its name where the caller has no inspect, as chai 4 and 5 do', (value) => {
    const shown = (value as HttpRequest)[INSPECT](2, {});
    expect(shown).toBe(`${value.constructor.name} ${JSON.stringify(value)}`);
    expect(shown).not.toContain('s3cret');
  });

  it.each(values)("is written by the caller's inspect where there is one", (value) => {
    expect(inspect(value, { showHidden: true })).toContain(`${value.constructor.name} {`);
    expect(inspect(value, { showHidden: true })).not.toContain('s3cret');
  });

  it('has the fields of its value and nothing else by its keys', () => {
    expect(Object.keys(request)).toEqual(['method', 'url', 'headers', 'body', 'protocolVersion']);
    expect(Object.keys(response).sort()).toEqual(
      'attempts headers protocolVersion redirects sink status statusText timings url'.split(' '),
    );
    expect(walked(response)).not.toContain('s3cret');
    expect(Object.keys({ ...request.with({ method: 'PUT' }) })).toEqual(Object.keys(request));
  });
});
