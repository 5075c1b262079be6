export { deleteCompany } from './delete-company.ts';
export { disconnect } from './disconnect.ts';
export { procedure } from './procedure.ts';
export { session } from './session.ts';
export { syncRun } from './sync-run.ts';
export { tick } from './tick.ts';
