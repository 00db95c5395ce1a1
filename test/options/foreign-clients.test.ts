import { describe, expect, it } from 'vitest';
import { checkOptions, optionNames } from '../../src/options/option-rules.ts';

/** What each client calls its options. Those that are ours under the same name, and mean the same, are told apart. */
const clients: Record<string, string> = {
  axios: `url method baseURL allowAbsoluteUrls transformRequest transformResponse headers params paramsSerializer data timeout
    withCredentials adapter auth responseType responseEncoding xsrfCookieName xsrfHeaderName withXSRFToken onUploadProgress
    onDownloadProgress maxContentLength maxBodyLength validateStatus maxRedirects beforeRedirect socketPath transport httpAgent
    httpsAgent proxy cancelToken signal decompress insecureHTTPParser formSerializer maxRate fetchOptions family lookup
    httpVersion http2Options parseReviver timeoutErrorMessage`,
  got: `url method prefixUrl headers body json form searchParams cookieJar followRedirect methodRewriting maxRedirects
    throwHttpErrors http2 https agent decompress responseType encoding resolveBodyOnly isStream hooks retry timeout username
    password dnsLookup dnsCache dnsLookupIpVersion cache localAddress createConnection ignoreInvalidCookies allowGetBody
    pagination setHost maxHeaderSize parseJson stringifyJson context signal`,
  ky: `method prefix prefixUrl baseUrl json searchParams retry timeout hooks throwHttpErrors parseJson stringifyJson fetch
    onDownloadProgress onUploadProgress credentials redirect body headers signal context totalTimeout`,
  ofetch: `method baseURL body query params parseResponse responseType ignoreResponseError retry retryDelay retryStatusCodes
    timeout onRequest onRequestError onResponse onResponseError dispatcher agent duplex headers signal`,
  superagent: `send attach field accept redirects retry timeout responseType withCredentials auth buffer parse ca key cert pfx
    agent http2 ok disableTLSCerts trustLocalhost maxResponseSize lookup query`,
  needle: `open_timeout response_timeout read_timeout follow_max follow follow_set_cookies follow_set_referer follow_keep_method
    multipart json headers username password auth accept compressed parse_response decode_response parse_cookies cookies output
    proxy agent lookup localAddress uri_modifier user_agent content_type rejectUnauthorized use_proxy_from_env_var timeout`,
  request: `uri url baseUrl method qs qsStringifyOptions useQuerystring body form formData multipart json jsonReviver jsonReplacer
    auth oauth aws hawk httpSignature followRedirect followAllRedirects followOriginalHttpMethod maxRedirects
    removeRefererHeader encoding gzip jar agent agentClass agentOptions forever timeout localAddress proxy strictSSL tunnel
    callback resolveWithFullResponse simple transform key cert passphrase pfx rejectUnauthorized`,
  undici: `origin path method query body headers headersTimeout bodyTimeout throwOnError idempotent maxRedirections dispatcher
    responseHeaders expectContinue onInfo signal pipelining`,
  'node-fetch': 'method headers body redirect signal follow timeout compress agent insecureHTTPParser referrer',
  'the fetch of a platform':
    'method headers body credentials cache redirect referrer integrity keepalive signal duplex dispatcher',
  wretch: 'formUrl formData middlewares catcher content query json body headers credentials',
  'fingers at random': `bearer token accessToken bearerToken throw retryCount retries attempts schema validate queries queryParams
    base user pass middleware requestTimeout`,
};

/** Ours, with another meaning of some values there: those are refused by their kind, in words of their own. */
const otherValues: [client: string, given: Record<string, unknown>, words: string][] = [
  ['axios', { auth: { username: 'a', password: 'b' } }, 'option auth must be'],
  ['got', { timeout: { request: 1000 } }, '`request` is `timeout`'],
  ['got', { cache: new Map() }, 'option cache must be'],
  ['got', { retry: { calculateDelay: () => 1 } }, 'calculateDelay'],
  ['ky', { retry: { backoffLimit: 1000 } }, '`backoffLimit` is `maxDelay` here'],
  ['ky', { credentials: 'none' }, 'option credentials must be'],
  ['the fetch of a platform', { cache: 'never' }, 'option cache must be'],
  ['needle', { multipart: true }, 'option multipart must be'],
  ['needle', { auth: 'digest' }, 'option auth must be'],
  ['request', { auth: { user: 'a', pass: 'b' } }, 'option auth must be'],
  ['superagent', { timeout: { response: 1, deadline: 2 } }, '`response` is `headersTimeout`'],
];

const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

describe.each(Object.entries(clients))('the options of %s', (_client, names) => {
  it.each(names.split(/\s+/))('%s is ours, or an error that names ours', (name) => {
    if (optionNames.includes(camel(name))) return;
    expect(() => checkOptions({ [name]: 'planted' } as never)).toThrow(TypeError);
    expect(() => checkOptions({ [name]: 'planted' } as never)).toThrow(
      /^there is no option "\w+"; .*`\w|did you mean|not needed|not there/,
    );
    expect(() => checkOptions({ [name]: 'planted' } as never)).not.toThrow('planted');
  });
});

it.each(otherValues)('what %s gives as %o is told', (_client, given, words) => {
  expect(() => checkOptions(given as never)).toThrow(words);
});

it('each option of ours that a message names is one', () => {
  const told = Object.values(clients)
    .flatMap((names) => names.split(/\s+/))
    .filter((name) => !optionNames.includes(camel(name)))
    .map((name) => {
      try {
        checkOptions({ [name]: 1 } as never);
        return '';
      } catch (error) {
        return (error as Error).message.replace(/^there is no option "\w+"; (?:`\w+` is )?/, '');
      }
    });
  const named = told.flatMap((text) => [...text.matchAll(/`(\w+)`/g)].map(([, one]) => one!));
  const others = ['await', 'isClientError', 'mapRequest', 'mapResponse', 'tap', 'rateLimit', 'handler'];
  expect([...new Set(named)].filter((name) => !optionNames.includes(name) && !others.includes(name))).toEqual([]);
});
