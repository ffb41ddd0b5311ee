// The few names that every world has; `shared/` sees nothing else of them.
interface Blob {
  readonly size: number;
}
interface MessagePort {
  close(): void;
}
declare namespace WebAssembly {
  interface Module {}
}
declare function atob(text: string): string;
