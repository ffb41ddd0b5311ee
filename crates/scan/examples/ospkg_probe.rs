use porthole_scan::packages::{Cataloger, executable::Executable};
use porthole_oci::layer::*;
fn main(){
  let mut total=0u64; let t=std::time::Instant::now(); let mut spent=std::time::Duration::ZERO;
  for path in std::env::args().skip(1) {
    let b=std::fs::read(&path).unwrap();
    use std::os::unix::fs::PermissionsExt;
    let m=std::fs::metadata(&path).unwrap();
    let e=Entry{path:ImagePath::new(&path),kind:EntryKind::File,size:b.len() as u64,logical_size:b.len() as u64,mode:m.permissions().mode()&0o7777,uid:0,gid:0,mtime:0,link:None,offset:0};
    let t1=std::time::Instant::now();
    if Executable.interest(&e)==porthole_scan::packages::Interest::Stream {
      let mut p=Executable.stream(&e).unwrap();
      let mut fed=0;
      for c in b.chunks(32768){ if p.is_done(){break;} p.push(c); fed+=c.len(); }
      if fed>32768 {total+=fed as u64;}
      let r=p.finish();
      spent+=t1.elapsed();
      if !r.is_empty(){ println!("{path}: {} packages {:?}",r.packages.len(), r.gaps); if std::env::var("V").is_ok(){for p in r.packages{println!("{} {}/{} {}",p.kind,p.namespace,p.name,p.version);}} }
    } else {spent+=t1.elapsed();}
  }
  println!("{} MB streamed in {:?} (total {:?})",total>>20,spent,t.elapsed());
}
