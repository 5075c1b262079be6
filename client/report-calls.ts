import type { Asks } from './analysis-calls.ts';
import type {
  CalendarView,
  FailedReports,
  FillBody,
  FillStarted,
  ReportDetail,
  ReportList,
  ReportStarted,
  ReportsQuery,
  ReportTypeBody,
  ReportTypeChange,
  ReportTypeChanged,
  ReportTypeList,
  ReportTypeView,
  ReportView,
} from './api/schemas/reports.ts';

const part = encodeURIComponent;
const typePath = (id: string) => `/api/report-types/${part(id)}`;
const reportPath = (type: string, slot: string) => `/api/reports/${part(type)}/${part(slot)}`;

/** The part of the typed client that is about reports. A slot is a date, or of an Interval the scheduled time. */
export const reportCalls = ({ get, post, text }: Asks) => ({
  createReportType: (body: ReportTypeBody) => post<ReportTypeChanged>('/api/report-types', body),
  listReportTypes: () => get<ReportTypeList>('/api/report-types'),
  getReportType: (id: string) => get<ReportTypeView>(typePath(id)),
  /** What is left out stays. */
  updateReportType: (id: string, body: ReportTypeChange) => post<ReportTypeChanged>(typePath(id), body),
  /** Every slot of a span with exactly one state. */
  reportCalendar: (id: string, span: { readonly from: string; readonly to: string }) =>
    get<CalendarView>(`${typePath(id)}/calendar`, span),
  /** Makes the reports of a span that are not there. */
  fillReports: (id: string, body: FillBody) => post<FillStarted>(`${typePath(id)}/fill`, body),
  /** Grouped by type, newest slot first. */
  listReports: (query: ReportsQuery = {}) =>
    get<ReportList>('/api/reports', { ...query } as Readonly<Record<string, string | number | undefined>>),
  failedReports: () => get<FailedReports>('/api/failed-reports'),
  getReport: (type: string, slot: string, page: { readonly after?: string; readonly limit?: number } = {}) =>
    get<ReportDetail>(reportPath(type, slot), { ...page }),
  /** Its rows as CSV. */
  reportCsv: (type: string, slot: string) => text(`${reportPath(type, slot)}/rows.csv`),
  /** As an HTML page. */
  reportPage: (type: string, slot: string) => text(`${reportPath(type, slot)}/page`),
  /** Makes a report that failed or is missing, at once. */
  retryReport: (type: string, slot: string) => post<ReportStarted>(`${reportPath(type, slot)}/retry`),
  /** Makes it in any case: one that is there gets another revision. */
  runReport: (type: string, slot: string) => post<ReportStarted>(`${reportPath(type, slot)}/run`),
  /** It is made again at the next scheduled time. */
  clearReportFail: (type: string, slot: string) => post<ReportView>(`${reportPath(type, slot)}/clear-fail`),
});
