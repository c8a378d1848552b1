//! Describes the file system that a folder is on.

use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, accessat, statvfs};

/// Returns the name of the file system if it is one of a network, or may be one (FUSE). Its locks and its clock may be
/// those of another machine. `None` for a missing folder, and on systems other than Linux.
#[cfg(target_os = "linux")]
pub fn network_file_system(folder: &Path) -> Option<&'static str> {
    // The numbers have 32 bits.
    #[allow(clippy::useless_conversion, reason = "the type of `f_type` differs by architecture")]
    let kind = i64::try_from(rustix::fs::statfs(folder).ok()?.f_type).ok()? & 0xffff_ffff;
    KINDS.iter().find(|(number, _)| *number == kind).map(|(_, name)| *name)
}

/// Returns `None`: only Linux tells.
#[cfg(not(target_os = "linux"))]
pub fn network_file_system(_folder: &Path) -> Option<&'static str> {
    None
}

/// The numbers in `linux/magic.h`, and for those that it lacks, in the kernel's sources of the file system.
#[cfg(target_os = "linux")]
const KINDS: [(i64, &str); 12] = [
    (0x0102_1997, "9p"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x00c3_6400, "Ceph"),
    (0xff53_4d42, "SMB"),
    (0x7375_7245, "Coda"),
    (0x6573_5546, "FUSE"),
    (0x0bd0_0bd0, "Lustre"),
    (0x0000_564c, "NCP"),
    (0x0000_6969, "NFS"),
    (0x0000_517b, "SMB"),
    (0xfe53_4d42, "SMB"),
];

/// Whether the file system has no room left for this user. False if it cannot be determined.
pub fn is_full(folder: &Path) -> bool {
    statvfs(folder).is_ok_and(|found| found.f_blocks > 0 && found.f_bavail == 0)
}

/// Whether this user may create files in the folder. False for a missing folder.
pub fn is_writable(folder: &Path) -> bool {
    accessat(CWD, folder, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_folder_is_writable_and_has_room() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_writable(folder.path()) && !is_full(folder.path()));
        let missing = folder.path().join("missing");
        assert!(!is_writable(&missing) && !is_full(&missing));
        assert_eq!(network_file_system(&missing), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_file_systems_of_this_machine_alone_are_told_from_others() {
        assert_eq!(network_file_system(Path::new("/proc")), None);
        assert_eq!(network_file_system(Path::new("/sys")), None);
    }
}
