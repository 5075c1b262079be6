/** What a person would choose on the consent page. */
export interface ConsentAnswer {
  /** The company: west, east, central or south. */
  readonly account: string;
  readonly decision: 'approve' | 'deny';
}

const MOST_STEPS = 15;

/** Cookies of one walk; they all belong to one server, so names are enough. */
function createJar() {
  const cookies = new Map<string, string>();
  return {
    header: () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    take: (response: Response) => {
      for (const line of response.headers.getSetCookie()) {
        const [pair = ''] = line.split(';');
        const at = pair.indexOf('=');
        const name = pair.slice(0, at);
        if (pair.slice(at + 1) === '') cookies.delete(name);
        else cookies.set(name, pair.slice(at + 1));
      }
    },
  };
}

/**
 * Answers the storefront's consent page as a person in a browser would.
 * @returns The address of the callback with its code or error; the callback itself is not called.
 * @throws Error when the walk ends anywhere else.
 */
export async function answerConsent(authorizationUrl: string, answer: ConsentAnswer): Promise<string> {
  const callback = new URL(authorizationUrl).searchParams.get('redirect_uri');
  if (!callback) throw new Error('the authorization address has no redirect_uri');
  const jar = createJar();
  let url = authorizationUrl;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < MOST_STEPS; step++) {
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      headers: { cookie: jar.header() },
      redirect: 'manual',
      ...(form ? { body: form } : {}),
    });
    jar.take(response);
    const text = await response.text();
    const location = response.headers.get('location');
    if (location !== null) {
      url = new URL(location, url).href;
      form = undefined;
      if (url.startsWith(`${callback}?`)) return url;
    } else if (response.ok && text.includes('name="decision"') && !form) {
      form = new URLSearchParams({ account: answer.account, decision: answer.decision });
    } else throw new Error(`the consent page answered ${response.status}: ${text.slice(0, 200)}`);
  }
  throw new Error('the consent page redirects without end');
}

/**
 * Answers the consent page and goes on to the callback, as a browser does.
 * @returns What the callback answered; a redirect of it is not followed.
 */
export async function completeConsent(authorizationUrl: string, answer: ConsentAnswer): Promise<Response> {
  return fetch(await answerConsent(authorizationUrl, answer), { redirect: 'manual' });
}
