// What every view is given.
import type { Model } from '../../shared/protocol';
import type { Head } from '../../shared/report';

export interface ViewProps {
  model: Model;
  head: Head;
  /** True while layers are still being read. */
  scanning: boolean;
  /** True when there are no layer bytes behind the report. */
  saved: boolean;
  /** The reference, when a server read the image and sent the report. */
  remote: string | null;
}
