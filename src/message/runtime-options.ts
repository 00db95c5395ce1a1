/**
 * Options for what the runtime and its libraries make. They copy a record of options into one that inherits from
 * `Object.prototype`, and then read names that were never given: each of these has to stand there as `undefined`, or a
 * polluted prototype turns certificates, addresses and limits into somebody else's. `test/security/prototype-reads.test.ts`
 * finds a name that is missing here.
 */
const STREAM = names(
  'allowHalfOpen autoDestroy captureRejections construct decodeStrings defaultEncoding destroy emitClose ' +
    'encoding final flush highWaterMark objectMode read readable readableHighWaterMark readableObjectMode ' +
    'signal transform writable writableHighWaterMark writableObjectMode write writev',
);
const SOCKET = [
  ...STREAM,
  ...names(
    'autoSelectFamily autoSelectFamilyAttemptTimeout blockList family fd handle hints keepAlive ' +
      'keepAliveInitialDelay localAddress localPort lookup manualStart noDelay onread path pauseOnCreate port ' +
      'host timeout typeOfService',
  ),
];

/** Node reads a stream's `weight` up to these versions; later ones warn where the name merely stands (DEP0194). */
const [major = 0, minor = 0] = (globalThis.process?.versions?.node ?? '').split('.').map(Number);
const WEIGHT = major < 22 || (major === 22 && minor < 17) || (major === 24 && minor < 2) ? ['weight'] : [];

/**
 * Per kind of maker, every name that Node or a library reads from its options, also where the typings do not have it.
 */
const NAMES = {
  stream: STREAM,
  socket: SOCKET,
  tls: [
    ...SOCKET,
    ...names(
      'ALPNCallback ALPNProtocols SNICallback allowPartialTrustChain ca cert ciphers clientCertEngine crl ' +
        'dhparam ecdhCurve enableTrace handshakeTimeout honorCipherOrder isServer key maxVersion minVersion ' +
        'passphrase pfx privateKeyEngine privateKeyIdentifier pskCallback requestCert requestOCSP secureOptions ' +
        'secureProtocol server session sessionIdContext sessionTimeout sigalgs ticketKeys pipe servername',
    ),
  ],
  httpRequest: names(
    '_defaultAgent auth createConnection defaultPort headers host hostname insecureHTTPParser ' +
      'joinDuplicateHeaders maxHeaderSize port protocol signal socketPath timeout uniqueHeaders path method ' +
      'agent setHost keepAlive lookup localAddress family',
  ),
  http2: names(
    'maxDeflateDynamicTableSize maxOutstandingPings maxOutstandingSettings maxReservedRemoteStreams ' +
      'maxSettings maxSendHeaderBlockLength maxSessionInvalidFrames maxSessionRejectedStreams paddingStrategy ' +
      'peerMaxConcurrentStreams port protocol remoteCustomSettings selectPadding servername streamResetBurst ' +
      'streamResetRate strictFieldWhitespaceValidation unknownProtocolTimeout ALPNProtocols host timeout ' +
      'signal strictSingleValueFields',
  ),
  http2Settings: names(
    'customSettings enableConnectProtocol enablePush headerTableSize initialWindowSize maxConcurrentStreams ' +
      'maxFrameSize maxHeaderListSize maxHeaderSize',
  ),
  http2Stream: [...WEIGHT, ...names('exclusive parent signal silent endStream waitForTrailers')],
  zlib: [
    ...STREAM,
    ...names(
      'chunkSize dictionary finishFlush info level maxOutputLength memLevel params strategy windowBits ' +
        'pledgedSrcSize rejectGarbageAfterEnd',
    ),
  ],
  dns: names('all family hints order verbatim'),
  listener: names('capture once passive signal weak'),
  webStream: names('autoAllocateChunkSize cancel pull size start type transform flush'),
  file: [...STREAM, ...names('autoClose end fd flags fs mode start flag recursive')],
  socks: names(
    'custom_auth_method custom_auth_request_handler custom_auth_response_handler custom_auth_response_size ' +
      'existing_socket ipaddress set_tcp_nodelay',
  ),
} as const;

/** Names as they stand here, separated by spaces. */
function names(text: string): readonly string[] {
  return text.split(' ');
}

// An object with no prototype whatever that still has one shape for the engine: faster to make than by
// `Object.create(null)`.
function Blank(this: object): void {}
Blank.prototype = Object.create(null);
const NoPrototype = Blank as unknown as new () => object;

/** The record with every name set to `undefined`, made once for each kind. */
const blanks = new Map<keyof typeof NAMES, object>();

/** The options, and nothing else that a reader of this kind could find. */
export function runtimeOptions<T extends object>(kind: keyof typeof NAMES, options: T): T {
  let blank = blanks.get(kind);
  if (blank === undefined) {
    blank = Object.fromEntries(NAMES[kind].map((name) => [name, undefined] as const));
    blanks.set(kind, blank);
  }
  return Object.assign(new NoPrototype(), blank, options);
}
