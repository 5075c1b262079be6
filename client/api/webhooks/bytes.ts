import type { Api } from '../deps.ts';

/** A larger delivery is refused with 413. */
export const webhookBytes = 5 * 1024 * 1024;

/** Adds routes whose body stays as the bytes that came, whatever they say of themselves: a signature is over these. */
export function withRawBody(api: Api, add: (api: Api) => void): void {
  void api.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    const options = { parseAs: 'buffer' as const, bodyLimit: webhookBytes };
    scope.addContentTypeParser('*', options, (_request, body, parsed) => parsed(null, body));
    add(scope as Api);
    done();
  });
}
