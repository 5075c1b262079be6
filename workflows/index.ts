export { disconnect } from './disconnect.ts';
export { session } from './session.ts';
