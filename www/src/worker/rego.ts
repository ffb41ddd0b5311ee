// A policy in Rego: loads the module that judges by it, and hands it the report. No rule of its own.
import { initSync, RegoPolicy as Policy } from '../pkg-rego/rego';
import type { Consideration, Settings } from '../shared/protocol';
import type { PolicyResult, Report } from '../shared/report';
import { S } from '../shared/strings';
import { readNow } from './input';
import { OnDemand, type Note } from './on-demand';

const engine = new OnDemand(initSync, S.consider.noRego);

export const isRego = ({ kind, name }: Consideration): boolean => kind === 'policy' && /\.rego$/i.test(name);

export class RegoPolicy {
  readonly #policy: Policy;

  private constructor(policy: Policy) {
    this.#policy = policy;
  }

  static async of({ name, file }: Consideration, settings: Settings, note: Note): Promise<RegoPolicy> {
    await engine.load(settings.rego, note);
    return new RegoPolicy(new Policy(name, new TextDecoder().decode(readNow(file))));
  }

  /** How the report does on a day (`YYYY-MM-DD`). Throws where there is no verdict. */
  judge(report: Report, today: string): PolicyResult {
    return JSON.parse(this.#policy.judge(JSON.stringify(report), today)) as PolicyResult;
  }

  close(): void {
    this.#policy.free();
  }
}
