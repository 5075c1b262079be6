// `node --import tools/bundled/register.mjs?programs=<URL of a JSON file>`: runs our TypeScript from what was bundled of it.
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// The SDK's threads load nothing of ours.
if (isMainThread) {
  const programs = JSON.parse(
    readFileSync(new URL(new URL(import.meta.url).searchParams.get('programs')), 'utf8'),
  );
  process.setSourceMapsEnabled(true);
  register('./hooks.mjs', {
    parentURL: import.meta.url,
    data: { root: new URL('../../', import.meta.url).href, programs },
  });
}
