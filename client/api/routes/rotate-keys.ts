import type { Route } from '../deps.ts';
import { rotateKeys as rotate } from '../key-rotation.ts';
import { keyRotation, keyRotationBody } from '../schemas/keys.ts';

/** Seals everything again with the current key. */
export const rotateKeys: Route = (api, deps) => {
  const schema = {
    summary: 'Seal all secrets again with the current key',
    description:
      'After a new key was put in front of TRIBUTARY_SECRETS_KEYS in every process. When `next` is null and `unreadable` is empty, the older keys can be removed. Safe to repeat.',
    tags: ['System'],
    body: keyRotationBody,
    response: { 200: keyRotation },
  };
  api.post('/api/keys/rotate', { schema, config: { needs: 'develop' } }, ({ body }) =>
    rotate(deps, body?.after),
  );
};
