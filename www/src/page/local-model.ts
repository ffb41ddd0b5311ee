// A saved report answers the same questions as the model worker, except those that need the archive's bytes.
import { type Model, type Question, type Questions } from '../shared/protocol';
import { Query } from '../shared/query';
import type { Report } from '../shared/report';
import { S } from '../shared/strings';

export class LocalModel implements Model {
  readonly #report: Report;
  readonly #query: Query;

  constructor(report: Report) {
    this.#report = report;
    this.#query = new Query(report);
  }

  async ask<Q extends Question>(question: Q, ask: Questions[Q]['ask']): Promise<Questions[Q]['answer']> {
    return this.#answer(question, ask as never) as Questions[Q]['answer'];
  }

  #answer(question: Question, ask: never): unknown {
    switch (question) {
      case 'rows': return this.#query.page(ask);
      case 'row': {
        const { list, key } = ask as Questions['row']['ask'];
        return this.#query.row(list, key);
      }
      case 'report': return this.#report;
      case 'export': {
        const { format } = ask as Questions['export']['ask'];
        if (format !== 'json') throw new Error(S.exports.notHere);
        return { mediaType: 'application/json', extension: 'json', bytes: new TextEncoder().encode(JSON.stringify(this.#report, null, 2)) };
      }
      case 'consider': return (ask as Questions['consider']['ask']).map(() => S.consider.notHere);
      default: throw new Error(S.errors.noFiles);
    }
  }

  close(): void {
    // Nothing to stop.
  }
}
