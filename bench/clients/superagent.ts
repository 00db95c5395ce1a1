import { client, cookieLines, keepAliveAgents } from './client.ts';

export const superagent = client({
  package: 'superagent',
  features: ['gzip', 'redirects', 'errors', 'cookies', 'timeout', 'retry'],
  load: () => import('superagent'),
  open({ default: superagent }, settings) {
    const { timeout, retry, cookies } = settings;
    const agents = keepAliveAgents(settings);
    const own = cookies === undefined ? superagent : superagent.agent();
    if ('jar' in own) own.jar.setCookies(cookieLines(settings), new URL(settings.origin).hostname, '/');
    const over = (url: string) => (url.startsWith('https:') ? agents.https : agents.http);
    function get(url: string) {
      let request = own.get(url).agent(over(url) as never);
      if (timeout !== undefined) request = request.timeout(timeout);
      if (retry !== undefined) request = request.retry(retry);
      return request;
    }
    return {
      json: async (url) => (await get(url)).body,
      post: async (url, value) =>
        (
          await own
            .post(url)
            .agent(over(url) as never)
            .send(value as object)
        ).body,
      bytes: async (url) => (await get(url).responseType('arraybuffer')).body,
    };
  },
});
