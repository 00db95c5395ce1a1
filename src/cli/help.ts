/** What `--help` prints. */

const GENERAL = `sluice: an HTTP client, a crawler and a test site

  sluice get|head|post|put|patch|delete URL [options]   send one request
  sluice crawl URL... [options]                         walk a site, check its links
  sluice serve [options]                                start the test site
  sluice help [command]                                 explain a command
  sluice version                                        print the version

Exit codes: 0 it worked; 1 the request failed, a status of 400 or more, or broken
links; 2 wrong usage; 130 stopped by Ctrl-C.
`;

const REQUEST = `sluice get|head|post|put|patch|delete URL [-] [options]

The body of the answer goes to standard output; for head, the status and headers.

  -                       send standard input as the body
  -H, --header 'N: V'     a header; repeats
  --query K=V             a query parameter; repeats; wins over the URL's
  --json TEXT             send JSON; - reads it from standard input
  --form K=V              send a form; repeats
  --body TEXT             send a text; - reads it from standard input
  --auth USER:PASSWORD    Basic credentials
  --digest                use --auth for Digest
  --bearer TOKEN          a bearer token
  -L, --follow            follow redirects, five at most; without it they are shown
  --timeout TIME          for the whole call: 10s, 500ms; default none
  -o, --output FILE       write the body into a file; nothing is written for a
                          status of 400 or more
  -v, --verbose           both heads and the timings on standard error, secrets masked

JSON is indented on a terminal; NO_COLOR takes the colours away.
`;

const CRAWL = `sluice crawl URL... [options]

  --hosts A:80,B          hosts in scope beside those of the URLs; no port: every port
  --depth N               links from a URL that are followed; default no limit
  --limit N               pages in all; default no limit
  --concurrency N|auto    pages at once; default 10
  --per-host N|auto       pages of one host at once; default no limit of its own
  --interval TIME         from one request of a host to the next; default 0
  --timeout TIME          for one page; default 60s
  --retry N               retries of a page that fails; default 0
  -H, --header 'N: V'     a header for every request; repeats
  --max-bytes SIZE        of a page that are read; default 10MB
  --no-assets             leave out what browsers load: images, scripts, style sheets
  --ignore-robots         do not ask for robots.txt: for a site of your own
  --out FILE.jsonl        write a line of JSON for each page
  --resume                go on from the lines in --out

Ctrl-C finishes what is in flight; a second one ends at once. Exit code 1 when a link
is broken or a URL that was given could not be fetched.
`;

const SERVE = `sluice serve [options]

Starts the test site on loopback and prints its address.

  -p, --port N            default: a free one
  --host ADDRESS          default 127.0.0.1
`;

const TOPICS: Readonly<Record<string, string>> = { request: REQUEST, crawl: CRAWL, serve: SERVE };

export function helpText(topic: string | undefined): string {
  if (topic !== undefined && Object.hasOwn(TOPICS, topic)) return TOPICS[topic]!;
  return [GENERAL, REQUEST, CRAWL, SERVE].join('\n');
}
