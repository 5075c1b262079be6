// `node --import tools/compiled/register.mjs?folder=<URL>`: runs our TypeScript from what the compiler made of it.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

// The SDK's threads load nothing of ours.
if (isMainThread) {
  const folder = new URL(import.meta.url).searchParams.get('folder');
  process.setSourceMapsEnabled(true);
  register('./hooks.mjs', { parentURL: import.meta.url, data: { folder } });
}
