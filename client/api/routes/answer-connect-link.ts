import { TributaryError } from '../../../domain/errors.ts';
import { authorize, requireSetUp } from '../authorization.ts';
import { credentialsEntryId, readForm, showLink, takeCredentials } from '../connect-form.ts';
import { connectionOfLink, findLink } from '../connect-link.ts';
import { callbackEntryId } from '../consent.ts';
import type { Route } from '../deps.ts';
import { findDefinition } from '../find.ts';
import { sendFailure, sendLinkState } from '../link-pages.ts';
import type { Fault } from '../problem.ts';
import { linkParams } from './open-connect-link.ts';

const by = { kind: 'person', id: 'connect link' } as const;

/**
 * The customer's yes on the page: makes or finds the connection, brings its session to 6, and leads on to the app, or
 * takes the credentials.
 */
export const answerConnectLink: Route = (api, deps) => {
  const schema = {
    summary: 'Answer the page of a connect link',
    description:
      "What the page's form sends. It leads on to the app's consent page, or to the page with the result. 410: the link was used, has expired or ended.",
    tags: ['Authorization'],
    params: linkParams,
  };
  const options = { config: { open: true }, bodyLimit: 65_536, schema };
  void api.register((scope, _options, done) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, next) => next(null, new URLSearchParams(String(body))),
    );
    scope.post<{ Params: { token: string } }>('/connect/:token', options, async (request, reply) => {
      const { token } = request.params;
      try {
        const open = await findLink(deps, token);
        if (open.state !== 'open') return sendLinkState(reply, open.state);
        const result = deps.address(`/connect/${token}/result`);
        if (open.outcome.kind === 'waiting') return reply.redirect(result, 303);
        const { link } = open;
        const definition = findDefinition(deps, link.app);
        await requireSetUp(deps, definition);
        const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
        const { parameters, credentials, values, faults } = readForm(definition, open, form);
        if (faults.length > 0) return await showLink(deps, reply, open, { faults, values });
        const connection = await connectionOfLink(deps, definition, open, parameters).catch(
          (error: unknown) => faultsIn(error),
        );
        if (Array.isArray(connection))
          return await showLink(deps, reply, open, { faults: connection, values });

        const { sessionId, authorization } = await authorize(deps, connection, by, link._id);
        // Noted before anything is answered: once it was authorized the link must know.
        const note = (answer: string) => deps.stores.connectLinks.progress(link._id, { sessionId, answer });
        if (authorization.kind === 'oauth2') {
          const state = authorization.link.split('/').at(-1) ?? '';
          await note(callbackEntryId({ _id: state, connectionId: connection._id }));
          return reply.redirect(authorization.link, 303);
        }
        const entryId = credentialsEntryId(connection._id);
        await note(entryId);
        if (credentials !== undefined) await takeCredentials(deps, connection, credentials, entryId);
        return reply.redirect(result, 303);
      } catch (error) {
        return sendFailure(reply, deps, error);
      }
    });
    done();
  });
};

/** Faults of what the person gave, as sentences; anything else is thrown on. */
function faultsIn(error: unknown): string[] {
  if (!(error instanceof TributaryError) || error.code !== 'INVALID_INPUT') throw error;
  const { faults = [] } = error.details as { readonly faults?: readonly Fault[] };
  return faults.map(({ path, message }) => `${path.split('.').slice(1).join('.')} ${message}.`);
}
