// What Vite gives for imports that are not code.
declare module '*.css' {}
declare module '*?worker&inline' {
  const create: new () => Worker;
  export default create;
}
declare module '*?url' {
  const url: string;
  export default url;
}
interface ImportMeta {
  readonly env: { readonly DEV: boolean; readonly BASE_URL: string };
}
