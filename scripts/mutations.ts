/** Rules that can be taken out, one at a time: each by one change of text in one file, and a test that must then fail. */

export interface Mutation {
  /** What no longer holds. */
  readonly rule: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** Test file, and the beginning of the title of the test in it. */
  readonly test: readonly [file: string, title: string];
}

const ADVISORIES = 'test/security/advisories.test.ts';
const advisory = (id: string): Mutation['test'] => [ADVISORIES, `${id}:`];

export const mutations: readonly Mutation[] = [
  {
    rule: 'only headers of an allow-list cross an origin',
    file: 'src/middleware/redirect/redirect-policy.ts',
    from: "return name.startsWith('accept') || name.startsWith('content-') || name.startsWith('if-');",
    to: "return name !== 'authorization' && name !== 'cookie' && name !== 'proxy-authorization';",
    test: advisory('CVE-2026-40895'),
  },
  {
    rule: 'option auth answers for its origin alone',
    file: 'src/options/cross-origin-options.ts',
    from: 'if (options.auth) changes.auth = null;',
    to: '',
    test: advisory('CVE-2022-31090'),
  },
  {
    rule: 'redirects lead to http and https only',
    file: 'src/middleware/redirect/redirect-policy.ts',
    from: 'if (!policy.protocols.includes(protocol)) {',
    to: "if (protocol === 'javascript') {",
    test: advisory('CVE-2009-0037'),
  },
  {
    rule: 'https to http needs allowDowngrade',
    file: 'src/middleware/redirect/redirect-policy.ts',
    from: "if (protocol === 'http' && from.startsWith('https:') && !policy.allowDowngrade) {",
    to: 'if (policy === undefined) {',
    test: advisory('CVE-2018-18074'),
  },
  {
    rule: 'Referer has no fragment and, for another origin, no path',
    file: 'src/middleware/redirect/redirect-policy.ts',
    from: "const path = crossOrigin ? '/' : from.pathname + from.search;",
    to: 'const path = from.pathname + from.search + from.hash;',
    test: advisory('CVE-2026-67354'),
  },
  {
    rule: 'a redirect does not leave the socket that was dialled for an origin to the next',
    file: 'src/options/cross-origin-options.ts',
    from: 'if (options.socketPath) changes.socketPath = null;',
    to: '',
    test: advisory('CVE-2022-33987'),
  },
  {
    rule: 'header values hold no control characters',
    file: 'src/message/headers.ts',
    from: 'const FIELD_VALUE = /^[\\t\\x20-\\x7e\\x80-\\xff]*$/;',
    to: 'const FIELD_VALUE = /^[^]*$/;',
    test: advisory('CVE-2022-24775'),
  },
  {
    rule: 'a method is a token',
    file: 'src/message/request.ts',
    from: "if (typeof method === 'string' && isToken(method)) return method;",
    to: "if (typeof method === 'string') return method;",
    test: advisory('CVE-2020-26137'),
  },
  {
    rule: 'a URI that two parsers read in two ways is refused',
    file: 'src/message/uri.ts',
    from: "if ((end === -1 ? uri : uri.slice(0, end)).includes('\\\\')) {",
    to: "if (uri.startsWith('\\\\\\\\\\\\')) {",
    test: advisory('CVE-2026-59882'),
  },
  {
    rule: 'allowAbsoluteUrls: false keeps calls inside the base',
    file: 'src/client/build-request.ts',
    from: 'merged.allowAbsoluteUrls === false && base !== undefined && !isInside(base, url)',
    to: 'merged.allowAbsoluteUrls === false && base !== undefined && !url.startsWith(new URL(base).origin)',
    test: advisory('CVE-2025-27152'),
  },
  {
    rule: 'denyPrivateNetwork judges the address that is dialled',
    file: 'src/connect/dial.ts',
    from: 'policy ? addresses.filter(({ address }) => policy.allows(hostname, port, address)) : addresses;',
    to: "policy && hostname === 'localhost' ? [] : addresses;",
    test: advisory('CVE-2024-29415'),
  },
  {
    rule: 'connections belong to the policy of addresses that they were made under',
    file: 'src/connect/settings/dial-settings.ts',
    from: '    policy?.key,\n',
    to: '',
    test: ['test/security/ssrf.test.ts', 'is not loosened by another policy of the same client'],
  },
  {
    rule: 'connections belong to the TLS settings that they were made with',
    file: 'src/connect/settings/dial-settings.ts',
    from: '    tls.hash,\n',
    to: '',
    test: advisory('CVE-2024-35195'),
  },
  {
    rule: 'Proxy-Authorization is for the proxy alone',
    file: 'src/connect/forwarding.ts',
    from: "return headers.has('proxy-authorization') ? headers.without('proxy-authorization') : headers;",
    to: 'return headers;',
    test: advisory('CVE-2026-67339'),
  },
  {
    rule: 'HTTP_PROXY is not read inside CGI',
    file: 'src/connect/rules/proxy-policy.ts',
    from: "const isCgi = scheme === 'http' && read(environment, 'REQUEST_METHOD') !== undefined;",
    to: "const isCgi = scheme === 'cgi';",
    test: advisory('CVE-2016-5385'),
  },
  {
    rule: 'no cookie for a public suffix',
    file: 'src/cookies/cookie-policy.ts',
    from: 'const scope = scopeOf(draft.domain, place.host, isPublicSuffix);',
    to: 'const scope = scopeOf(draft.domain, place.host, () => false);',
    test: advisory('CVE-2023-46218'),
  },
  {
    rule: 'the Domain of a cookie covers the host that set it',
    file: 'src/cookies/cookie-policy.ts',
    from: "if (!domainMatches(host, domain)) return 'its domain does not cover the host of the request';",
    to: '',
    test: advisory('CVE-2022-29248'),
  },
  {
    rule: 'a cookie has at most 4096 bytes',
    file: 'src/options/cookie-option.ts',
    from: 'export const MAX_PAIR_BYTES = 4096;',
    to: 'export const MAX_PAIR_BYTES = 1e9;',
    test: advisory('CVE-2022-32205'),
  },
  {
    rule: 'at most five codings are undone',
    file: 'src/semantics/codings.ts',
    from: 'export const MOST_CODINGS = 5;',
    to: 'export const MOST_CODINGS = 50_000;',
    test: advisory('CVE-2026-22036'),
  },
  {
    rule: 'maxResponseSize counts decoded bytes',
    file: 'src/middleware/decode-content/decode-content.ts',
    from: 'new Decoding(request, response, codings, responseLimit(options, bytes === undefined));',
    to: 'new Decoding(request, response, codings, Number.POSITIVE_INFINITY);',
    test: advisory('CVE-2022-32206'),
  },
  {
    rule: 'boundaries cannot be foreseen',
    file: 'src/message/multipart.ts',
    from: 'crypto.getRandomValues(new Uint8Array(20));',
    to: 'Uint8Array.from({ length: 20 }, () => Math.random() * 256);',
    test: advisory('CVE-2025-22150'),
  },
  {
    rule: 'options are read as own properties',
    file: 'src/options/option-record.ts',
    from: 'Object.setPrototypeOf(bare, null);',
    to: '',
    test: advisory('CVE-2026-42264'),
  },
  {
    rule: 'a WebSocket message is at most maxPayload, decompressed',
    file: 'src/websocket/frame-reader.ts',
    from: '      maxPayload,\n',
    to: '      maxPayload: 0,\n',
    test: advisory('CVE-2026-12151'),
  },
  {
    rule: 'options are shown without their secrets',
    file: 'src/options/masked-options.ts',
    from: 'if (HIDDEN.has(name)) return MASK;',
    to: '',
    test: ['test/options/masked-options.test.ts', 'hides credentials and content'],
  },
  {
    rule: 'a URL is shown without its userinfo',
    file: 'src/message/redact.ts',
    from: 'url.replace(USERINFO,',
    to: 'url.replace(/^$/,',
    test: ['test/security/secrets.test.ts', 'of a URI that cannot be asked for'],
  },
];
