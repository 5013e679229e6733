//! A disk with a switch, to be used by hand: `disk FOLDER [SEED]`.
//!
//! Each line on stdin cuts the power, kills whoever uses the disk and brings the power back. Its end
//! takes the disk away.

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    use flowgrid_power::PowerDisk;

    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "disk".into());
    let seed = arguments.next().and_then(|seed| seed.parse().ok());
    let mut disk = PowerDisk::mount(folder.as_ref(), seed.unwrap_or(1))?;
    println!(
        "{} is mounted; Enter cuts its power",
        disk.folder().display()
    );
    for line in std::io::stdin().lines() {
        line?;
        println!("{:?}", disk.cut()?);
        disk.start()?;
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("needs Linux");
}
