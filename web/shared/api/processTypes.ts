/* Answers of /v1 about models of processes, cases that stopped, and parameters. Held against the OpenAPI document like
   those of types.ts. */

export interface VisitView {
  element: string;
  name: string;
  kind: string;
  how: string;
  who: string;
  role: string | null;
  began_at: string;
  ended_at: string | null;
  lasted_s: number | null;
  decision_rows: string[];
}

export interface TimerView {
  element: string;
  name: string;
  due_at: string;
}

export interface AwaitedView {
  kind: string;
  message: string;
  element: string;
  name: string;
}

export type ReasonParams = Record<string, string | number | boolean | null>;

export interface IncidentOfCase {
  incident: number;
  element: string;
  name: string;
  reason: string;
  reason_params: ReasonParams;
  raised_at: string;
  cleared_at: string | null;
  cleared_by: string | null;
  how: string | null;
  note: string | null;
}

export interface IncidentLine {
  incident: number;
  case: number;
  process: string;
  case_name: string | null;
  element: string;
  name: string;
  branch: string;
  reason: string;
  reason_params: ReasonParams;
  raised_at: string;
  cleared_at: string | null;
  cleared_by: string | null;
  how: string | null;
}

export interface IncidentView extends IncidentLine {
  version: number;
  note: string | null;
}

export interface IncidentPage {
  incidents: IncidentLine[];
  next: number | null;
}

export interface ProcessVersion {
  version: number;
  digest: string;
  deployed_at: string;
  deployed_by: string;
  released: boolean;
  running: number;
}

export interface ProcessFigures {
  process: string;
  version: number;
  versions: number;
  released_at: string;
  released_by: string;
  running: number;
  stopped: number;
  tasks: number;
  in_time: number;
}

export interface FiguresView {
  since: string;
  until: string;
  processes: ProcessFigures[];
}

export interface ElementView {
  id: string;
  kind: string;
  name: string;
  scope: string | null;
  attributes: Record<string, string>;
}

export interface FlowView {
  id: string;
  name: string;
  source: string;
  target: string;
  condition: string | null;
}

export interface FormFieldView {
  name: string;
  type: string;
  zh: string;
  en: string;
  required: boolean;
  secret: boolean;
  currency: string;
  choices: Record<string, Record<string, string>>;
}

export interface FormOfModel {
  form: string;
  zh: string;
  en: string;
  fields: FormFieldView[];
}

export interface RuleView {
  id: string;
  when: (string | null)[];
  then: string[];
}

export interface DecisionView {
  decision: string;
  zh: string;
  en: string;
  source: string;
  source_zh: string;
  valid_from: string | null;
  collects: boolean;
  inputs: string[];
  outputs: string[];
  rules: RuleView[];
}

export interface ModelView {
  process: string;
  version: number;
  name: string;
  digest: string;
  deployed_at: string;
  deployed_by: string;
  released: boolean;
  channels: string[];
  start_roles: string[];
  elements: ElementView[];
  flows: FlowView[];
  forms: FormOfModel[];
  decisions: DecisionView[];
  texts: Record<string, string>;
}

export interface AttributeDifference {
  attribute: string;
  before: string | null;
  after: string | null;
}

export interface DifferenceView {
  part: string;
  id: string;
  inner: string | null;
  name: string;
  change: string;
  attributes: AttributeDifference[];
}

export interface DifferencesView {
  before: number;
  after: number;
  differences: DifferenceView[];
}

export interface ElementHeat {
  element: string;
  name: string;
  kind: string;
  visits: number;
  straight: number;
  median_s: number | null;
  nine_tenths_s: number | null;
  waiting: number;
  overdue: number;
}

export interface HeatView {
  since: string;
  until: string;
  elements: ElementHeat[];
}

export interface ParameterView {
  name: string;
  zh: string;
  en: string;
  value: string;
  unit: string;
  valid_from: string;
  valid_to: string | null;
  source: string;
  source_zh: string;
  state: string;
}

export interface DecisionOfProcess {
  process: string;
  decision: string;
  version: number;
  zh: string;
  en: string;
  source: string;
  source_zh: string;
  valid_from: string | null;
  rules: number;
}

export interface ParametersView {
  on: string;
  parameters: ParameterView[];
  decisions: DecisionOfProcess[];
}

export interface BranchView {
  code: string;
  name_zh: string;
  name_en: string;
}
