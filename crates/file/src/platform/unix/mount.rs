//! Detects files that are mount points, such as single files mounted into a container.

use std::path::Path;

/// Whether the file itself, with links followed, is a mount point, rather than its folder. False for a missing file, or
/// if it cannot be determined.
pub(crate) fn is_mounted_alone(file: &Path) -> bool {
    kernel_says(file).unwrap_or_else(|| is_on_another_disk(file))
}

/// Asks statx(2), from Linux 5.8 on. Comparing the disks is not enough: a file can be mounted from the disk of its
/// folder.
#[cfg(target_os = "linux")]
fn kernel_says(file: &Path) -> Option<bool> {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let found = statx(CWD, file, AtFlags::empty(), StatxFlags::TYPE).ok()?;
    let is_known = found.stx_attributes_mask.contains(StatxAttributes::MOUNT_ROOT);
    is_known.then(|| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(not(target_os = "linux"))]
fn kernel_says(_file: &Path) -> Option<bool> {
    None
}

fn is_on_another_disk(file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let disk = |path: &Path| std::fs::metadata(path).ok().map(|metadata| metadata.dev());
    matches!((disk(file), file.parent().and_then(disk)), (Some(own), Some(folders)) if own != folders)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_and_what_is_in_its_folder_are_not_mounted_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = tempfile::NamedTempFile::new_in(&folder).unwrap();
        assert!(!is_mounted_alone(file.path()));
        assert!(!is_mounted_alone(&folder.path().join("missing")));
    }

    #[test]
    fn a_file_of_another_disk_than_its_folder_is_mounted() {
        assert!(!is_on_another_disk(tempfile::NamedTempFile::new().unwrap().path()));
    }
}
