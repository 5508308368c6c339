//! Writes the seeds of a target into a folder, for libFuzzer to begin with: `maydan-fuzz-seeds TARGET FOLDER`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut told = std::env::args().skip(1);
    let (target, folder) = (told.next().ok_or("name a target")?, told.next().ok_or("name a folder")?);
    std::fs::create_dir_all(&folder)?;
    for (number, seed) in maydan_fuzz::seeds::of(&target)?.iter().enumerate() {
        std::fs::write(std::path::Path::new(&folder).join(number.to_string()), seed)?;
    }
    Ok(())
}
