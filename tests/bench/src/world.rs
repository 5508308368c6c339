//! A company with a known number of records, served.

use crate::device::Device;
use anyhow::Result;
use maydan_core::{Host, Instant};
use maydan_it::World;
use maydan_it::platform::SystemHost;
use maydan_it::seed::{Spec, write_server};
use maydan_sync_server::Company;
use tempfile::TempDir;

/// A company of `documents` records (half of them customers), whose manager `huda` sees all of it.
pub(crate) async fn world(documents: usize) -> Result<World> {
    let folder = tempfile::tempdir()?;
    let company = Company::init(&folder.path().join("server"))?;
    let host = SystemHost::default();
    let today = host.day(Instant(host.now().0));
    write_server(&company, &Spec { customers: documents / 2, activities: documents - documents / 2, seed: 7, today })?;
    drop(company);
    Ok(World::over(folder).await?)
}

/// Such a company, and a device in `device` of a folder that has all of it.
pub(crate) async fn synced(documents: usize) -> Result<(World, TempDir, Device)> {
    let world = world(documents).await?;
    let folder = tempfile::tempdir()?;
    let mut device = Device::new(&world.url(), "huda", &folder.path().join("device")).await?;
    device.round(|_| false).await?;
    Ok((world, folder, device))
}
