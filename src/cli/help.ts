/** What `--help` prints. */

/** `sluice --help`. Tests check that no line is wider than 92 characters, and that docs/ has the same options. */
const GENERAL = `sluice: an HTTP client, a crawler and a test site

  sluice get|head|post|put|patch|delete URL [options]   send one request
  sluice download URL [options]                         save a file, go on where it stopped
  sluice crawl URL... [options]                         walk a site, check its links
  sluice report FILE.har|FILE.jsonl [-o out.html]       one page to look at
  sluice serve [options]                                start the test site
  sluice help [command]                                 explain a command
  sluice version                                        print the version

  sluice get https://api.example.com/users --query page=2
  sluice post localhost:3000/users --json '{"name":"Ada"}' -v
  sluice download https://example.com/big.iso --segments 4
  sluice crawl https://www.example.com/ --out pages.jsonl
  sluice report pages.jsonl

A URL without a scheme is http on this machine (localhost:3000/x), https elsewhere.

Exit codes: 0 it worked; 1 the request failed, a status of 400 or more, or broken
links; 2 wrong usage; 130 stopped by Ctrl-C.
`;

/** Options of every command that sends one request; RETRIES is put in by each. */
const COMMON = `  -H, --header 'N: V'     a header; repeats
  --query K=V             a query parameter; repeats; wins over the URL's
  --auth USER:PASSWORD    Basic credentials
  --digest                use --auth for Digest
  --bearer TOKEN          a bearer token
  --timeout TIME          for the whole call: 10s, 500ms; default none
  --retry N               retries of a failure; default RETRIES
  --proxy URL             http, https or socks5; default: the environment
  --http2                 speak HTTP/2
  -k, --insecure          do not check certificates
  -v, --verbose           both heads and the timings on standard error, secrets masked
`;

const REQUEST = `sluice get|head|post|put|patch|delete URL [-] [options]

The body of the answer goes to standard output; for head, the status and headers.

  -                       send standard input as the body
  --json TEXT             send JSON; - reads it from standard input
  --form K=V              send a form; repeats
  -F, --multipart K=V     send multipart/form-data; K=@FILE sends a file; repeats
  --body TEXT             send a text; - reads it from standard input
  -X, --request METHOD    send another method
  -L, --follow            follow redirects, five at most; without it they are shown
  -i, --include           the head too, before the body
  --cache DIR             answer from this directory what may be, and store answers in it
  --har FILE              write what is sent and received, secrets masked (HAR 1.2)
  -o, --output FILE       write the body into a file; nothing is written for a
                          status of 400 or more
${COMMON.replace('RETRIES', '0')}
On a terminal a body is shown as it arrives, binary data never; JSON is indented, and
NO_COLOR takes its colours away.

  sluice get localhost:3000/events
  sluice put https://api.example.com/me --bearer "$TOKEN" --json - < me.json
  sluice post https://example.com/photos -F title=Ada -F 'photo=@ada.jpg;type=image/jpeg'
  sluice get https://self-signed.example/ -k -i -L
  sluice get https://cache.example.com/page -X PURGE
`;

const DOWNLOAD = `sluice download URL [options]

Saves what a GET brings, in one step once all of it is there. What breaks or is stopped
is gone on with by the same command. Prints the file's name.

  -o, --output FILE       where to; default: the name that the server gives, or the URL
  -O, --remote-name       the name of the URL, whatever the server says
  --segments N            ranges to fetch at a time, up to 64; default 1
  --checksum NAME=HEX     what it must hash to: sha256, sha512, sha384, sha1, md5; repeats
  --limit-rate SIZE       bytes a second: 500kB, 2MB
  --skip-existing         leave a file that is there as it is
  -z, --newer-than WHEN   only what has changed since a date, or since a file's
  --no-resume             begin anew
${COMMON.replace('RETRIES', '3')}
  sluice download https://example.com/big.iso --segments 4 --limit-rate 2MB
  sluice download https://example.com/data.csv -o data.csv -z data.csv
  sluice download https://example.com/app.tar.gz --checksum sha256="$SHA256"
`;

const CRAWL = `sluice crawl URL... [options]

  --hosts A:80,B          hosts in scope beside those of the URLs; no port: every port
  --include PATTERN       only pages that fit: /docs/, a.example/docs/, *.pdf$; repeats
  --exclude PATTERN       no page that fits; repeats; wins over --include
  --sitemap               start from the sitemaps of the sites too, robots.txt names them
  --external              check links to other hosts, once each; they are not followed
  --fragments             check that what #x names is on its page
  --accept 200..299,403   statuses that are no failure; default all below 400
  --depth N               links from a URL that are followed; default no limit
  --limit N               pages in all; default no limit
  --concurrency N|auto    pages at once; default 10
  --per-host N|auto       pages of one host at once; default no limit of its own
  --interval TIME         from an answer of a host to the next request; default 0
  --timeout TIME          for one page; default 60s
  --retry N               retries of a page that fails; default 0
  -H, --header 'N: V'     a header for every request; repeats
  --host-header 'HOST N: V'  a header for one host; repeats
  --auth USER:PASSWORD    Basic credentials, for the hosts of the URLs
  --user-agent TEXT       its product name is looked up in robots.txt
  --max-bytes SIZE        of a page that are read; default 10MB
  --max-url N             characters of a URL that is followed; default 2048
  --max-repeats N         how often one part may stand in a path; default 4
  --no-assets             leave out what browsers load: images, scripts, style sheets
  --ignore-robots         do not ask for robots.txt: for a site of your own
  --no-cookies            send no cookie that a site sets; default is --cookies
  --cache DIR             answer from this directory what may be, and store answers in it
  --har FILE              write what is sent and received, secrets masked (HAR 1.2)
  --format text|json|csv|junit  what is printed at the end; default text
  --redis URL --name N    one crawl for all machines that give both; Redis 6.2 or newer
  --worker                join it, without a URL
  --status                print how far it is, and who works
  --out FILE.jsonl        write a line of JSON for each page
  --resume                go on from the lines in --out

Ctrl-C finishes what is in flight; a second one ends at once. Exit code 1 when a link
is broken or a URL that was given could not be fetched. Redirects are a warning.

  sluice crawl https://www.example.com/ --external --fragments --format junit
  sluice crawl https://www.example.com/docs/ --include /docs/ --sitemap
`;

const SERVE = `sluice serve [options]

Starts the test site on loopback and prints its address.

  -p, --port N            default: a free one
  --host ADDRESS          default 127.0.0.1
`;

const REPORT = `sluice report FILE.har|FILE.jsonl [options]

Makes one HTML page, which asks for nothing from any network, of an archive (HAR 1.2: that
of --har, or of a browser or another tool) or of the lines of sluice crawl --out: waterfall,
statuses, slowest pages, hosts, sizes, broken links with the pages they are on. Secrets are
masked, bodies are not in it. Prints the name of the page.

  -o, --output FILE       where to, - is standard output; default: FILE.report.html,
                          as x.har.report.html

  sluice get https://example.com/ -L --har session.har && sluice report session.har
  sluice crawl https://www.example.com/ --out pages.jsonl; sluice report pages.jsonl
  sluice report from-a-browser.har -o out.html
`;

/** Help by command; the request methods share one. */
const TOPICS: Readonly<Record<string, string>> = {
  request: REQUEST,
  download: DOWNLOAD,
  crawl: CRAWL,
  report: REPORT,
  serve: SERVE,
};

/** The help of a command, or of all. */
export function helpText(topic: string | undefined): string {
  if (topic !== undefined && Object.hasOwn(TOPICS, topic)) return TOPICS[topic]!;
  return [GENERAL, REQUEST, DOWNLOAD, CRAWL, REPORT, SERVE].join('\n');
}
