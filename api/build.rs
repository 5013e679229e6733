//! Takes the few files that the interactive page needs out of the packaged Swagger UI, so that the
//! binary can serve them without any other host.

use std::error::Error;
use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::{env, fs};

use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

const FILES: [&str; 3] = [
    "swagger-ui-bundle.js",
    "swagger-ui.css",
    "favicon-32x32.png",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for wanted in FILES {
        let end = format!("/dist/{wanted}");
        // The archive holds another `dist` further down.
        let names = archive.file_names().filter_map(Result::ok);
        let found = names.filter(|name| name.ends_with(&end));
        let name = found.min_by_key(|name| name.len()).map(String::from);
        let name = name.ok_or_else(|| format!("Swagger UI has no {wanted}"))?;
        let mut bytes = Vec::new();
        archive.by_name(&name)?.read_to_end(&mut bytes)?;
        fs::write(out.join(wanted), bytes)?;
    }
    Ok(())
}
