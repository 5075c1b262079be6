import { randomBytes } from 'node:crypto';
import { may } from '../../../domain/roles.ts';
import { type TokenDoc, tokenHash } from '../../../stores/tokens.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { invalid } from '../problem.ts';
import { tokenBody, tokenMade } from '../schemas/tokens.ts';
import { tokenView } from '../views/token.ts';

/** Makes a token. */
export const createToken: Route = (api, { stores, now }) => {
  const schema = {
    summary: 'Create a token',
    description:
      'For a person or a program, with one role. What it is told by is shown in this answer and never again: only a hash of it is stored.',
    tags: ['Roles'],
    body: tokenBody,
    response: { 201: tokenMade },
  };
  api.post('/api/tokens', { schema, config: { needs: 'develop' } }, async (request, reply) => {
    const { name, role, companies, expiresAt } = request.body;
    const at = now();
    const by = actorOf(request);
    if (companies !== null && may(role, 'change'))
      throw invalid({ path: 'body.companies', message: `is not for the role ${role}, which changes things` });
    for (const company of companies ?? [])
      if ((await stores.companies.get(company)) === null)
        throw invalid({ path: 'body.companies', message: `there is no company "${company}"` });
    if (expiresAt !== null && new Date(expiresAt) <= at)
      throw invalid({ path: 'body.expiresAt', message: 'is over already' });
    const secret = `${name}.${randomBytes(32).toString('base64url')}`;
    const doc: TokenDoc = {
      ...{ _id: name, role, companies, hash: tokenHash(secret), createdBy: by, createdAt: at },
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
      ...{ lastUsedAt: null, revokedAt: null, revokedBy: null },
    };
    const taken = invalid({
      path: 'body.name',
      message: `there is a token "${name}" already; revoked ones keep their names`,
    });
    if ((await stores.tokens.get(name)) !== null) throw taken;
    const token = tokenView(doc, at);
    const text = `${by.id} asked for a token with the role ${role}.`;
    // First, so that a crash in between loses no row.
    await stores.logs.add({ at, by, subject: `token/${name}`, text, before: null, after: token });
    if (!(await stores.tokens.add(doc))) throw taken;
    return reply.code(201).send({ token, secret });
  });
};
