// npm run build
import { buildIfStale } from './dist.mjs';

await buildIfStale();
