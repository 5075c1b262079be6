import type { CompanyDoc } from '../../../stores/model.ts';
import type { Company } from '../schemas/companies.ts';

/** A company as the API shows it. */
export const companyView = ({ _id, name, createdAt }: CompanyDoc): Company => ({
  id: _id,
  name,
  createdAt: createdAt.toISOString(),
});
