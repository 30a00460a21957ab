#!/bin/sh
# Makes the golden samples of extractor/decompress that other programs write: images of disks, packages, old archives.
# Debian: xorriso genisoimage udftools qemu-utils squashfs-tools dosfstools mtools ntfs-3g e2fsprogs fdisk wimtools wixl msitools
# rpm nsis lzip arj jlha-utils gcab libarchive-tools cpio ncompress android-sdk-libsparse-utils cramfsswap fp-utils p7zip-full python3.
# Serial numbers and times differ at every run: what is in the folder is kept.   scripts/disk-images.sh FOLDER
set -eu
out=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TZ=UTC
cd "$work"
mkdir -p tree/folder
printf 'stoQ sees what is in an image.\n' >tree/hello.txt
seq -f 'line %g of a file in a folder' 60 >tree/folder/inner.txt
(cd tree && ln -s hello.txt link)

# NTFS has a table of letters that counts up: only differences of its pairs of bytes pack well.
packed() {
  case $1 in
  ntfs*) xz --delta=dist=2 --lzma2=preset=9e <"$1" >"$out/$1.xz" ;;
  fat32*) zstd -19 -qc <"$1" >"$out/$1.zst" ;;
  *) gzip -9n <"$1" >"$out/$1.gz" ;;
  esac
}
part() { dd if="$1" of="$2" bs=512 seek="$3" conv=notrunc status=none; }
image() { rm -f "$1" && truncate -s "$2" "$1"; }

# ---- volumes ----
image fat12.img 64K && mkfs.fat -F 12 -s 1 -r 16 fat12.img >/dev/null && mcopy -s -i fat12.img tree/hello.txt tree/folder ::
image fat32.img 33M && mkfs.fat -F 32 -s 1 fat32.img >/dev/null && mcopy -s -i fat32.img tree/hello.txt tree/folder ::
image ntfs.img 1100K && mkfs.ntfs -F -Q -q -s 512 -p 0 -H 0 -S 0 ntfs.img 2>/dev/null
ntfscp -f ntfs.img tree/hello.txt hello.txt >/dev/null && ntfscp -f ntfs.img tree/folder/inner.txt inner.txt >/dev/null
printf '[ZoneTransfer]\r\nZoneId=3\r\n' >zone && ntfscp -f -N Zone.Identifier ntfs.img zone hello.txt >/dev/null
image ext2.img 96K && mke2fs -q -t ext2 -b 1024 -N 16 -d tree ext2.img
image ext4.img 3M && mke2fs -q -t ext4 -b 1024 -N 32 -d tree ext4.img
mksquashfs tree squashfs_gzip.img -quiet -no-progress >/dev/null && mksquashfs tree squashfs_xz.img -comp xz -quiet -no-progress
mksquashfs tree squashfs_lz4.img -comp lz4 -quiet -no-progress >/dev/null
mkfs.cramfs tree cramfs.img >/dev/null
xorriso -as mkisofs -quiet -R -hfsplus -o hybrid.iso tree 2>/dev/null 
7z x -y -bso0 -bse0 -tapm -oapm hybrid.iso || true
cp apm/*.hfs hfsplus.img
truncate -s 96M zeros && mksquashfs zeros bomb_squashfs.img -comp xz -b 1M -quiet -no-progress >/dev/null

# ---- discs ----
rm tree/link
genisoimage -quiet -J -no-pad -o joliet.iso tree && genisoimage -quiet -R -no-pad -o rockridge.iso tree
genisoimage -quiet -udf -J -R -no-pad -o bridge.iso tree
xorriso -as mkisofs -quiet -R -partition_offset 16 -o hybrid_mbr.iso tree 2>/dev/null

# ---- disks ----
image mbr_ntfs.img 1200K && printf 'start=64,type=7\n' | sfdisk -q mbr_ntfs.img && part ntfs.img mbr_ntfs.img 64
image mbr_two.img 256K && printf 'start=64,size=128,type=1\nstart=200,size=192,type=83\n' | sfdisk -q mbr_two.img
part fat12.img mbr_two.img 64 && part ext2.img mbr_two.img 200
image gpt_two.img 256K && printf 'label:gpt\nstart=64,size=128,name=first\nstart=200,size=192,name=second\n' | sfdisk -q gpt_two.img
part fat12.img gpt_two.img 64 && part ext2.img gpt_two.img 200
convert() { qemu-img convert -q -f raw -O "$1" $2 "$3" "$4"; }
convert vpc '-o force_size=on' mbr_ntfs.img ntfs.vhd && convert vpc '-o subformat=fixed,force_size=on' mbr_two.img fixed.vhd
convert vhdx '' mbr_ntfs.img ntfs.vhdx && convert vmdk '' mbr_two.img two.vmdk && convert vdi '' gpt_two.img two.vdi
convert qcow2 -c fat12.img fat12.qcow2 && convert qcow '' fat12.img fat12.qcow
convert vmdk '-o subformat=streamOptimized' fat12.img stream.vmdk
qemu-img create -q -f qcow2 bomb.qcow2 100G
img2simg fat12.img fat12.simg
truncate -s 1M nothing.img && convert vdi '' nothing.img nothing.vdi

python3 - <<'PYTHON'
import bz2, lzma, plistlib, struct, zlib

def read(name): return open(name, 'rb').read()
def write(name, data): open(name, 'wb').write(data)

# A disk image of macOS: chunks, a property list with the table of them, and a header at the end.
def dmg(raw, kind, pack):
    sectors, data, runs = len(raw) // 512, b'', []
    for first in range(0, sectors, 64):
        piece = raw[first * 512:(first + 64) * 512]
        packed = pack(piece)
        runs.append((kind, first, len(piece) // 512, len(data), len(packed)))
        data += packed
    runs.append((0xffffffff, sectors, 0, len(data), 0))
    check = lambda value: struct.pack('>III', 2, 32, value) + bytes(124)
    table = b'mish' + struct.pack('>IQQQII', 1, 0, sectors, 0, 520, 0) + bytes(24) + check(zlib.crc32(raw))
    table += struct.pack('>I', len(runs)) + b''.join(struct.pack('>IIQQQQ', run[0], 0, *run[1:]) for run in runs)
    entry = {'Attributes': '0x0050', 'CFName': 'disk', 'Data': table, 'ID': '0', 'Name': 'disk (Apple_HFS : 0)'}
    xml = plistlib.dumps({'resource-fork': {'blkx': [entry]}})
    header = b'koly' + struct.pack('>III5QII', 4, 512, 1, 0, 0, len(data), 0, 0, 1, 1) + bytes([1]) * 16
    header += check(zlib.crc32(data)) + struct.pack('>QQ', len(data), len(xml)) + bytes(120)
    header += check(zlib.crc32(struct.pack('>I', zlib.crc32(raw)))) + struct.pack('>IQ', 1, sectors) + bytes(12)
    return data + xml + header

hfs = read('hfsplus.img')
write('zlib.dmg', dmg(hfs, 0x80000005, lambda piece: zlib.compress(piece, 9)))
write('bzip2.dmg', dmg(hfs, 0x80000006, bz2.compress))
write('lzma.dmg', dmg(hfs, 0x80000008, lzma.compress))

# A partition map of Apple's with two partitions: the map itself and a volume.
def entry(count, start, size, name, kind):
    text = lambda value: value.encode().ljust(32, b'\0')
    return (b'PM\0\0' + struct.pack('>III', count, start, size) + text(name) + text(kind) + struct.pack('>II', 0, size)).ljust(512, b'\0')
driver = (b'ER' + struct.pack('>HI', 512, 8 + len(hfs) // 512)).ljust(512, b'\0')
parts = entry(2, 1, 7, 'Apple', 'Apple_partition_map') + entry(2, 8, len(hfs) // 512, 'disk', 'Apple_HFS')
write('apm.img', driver + parts.ljust(7 * 512, b'\0') + hfs)

# A disc with UDF alone: the descriptors of UDF take the place of those of ISO 9660.
disc = bytearray(read('bridge.iso'))
names = [bytes(disc[index * 2048 + 1:index * 2048 + 6]) for index in range(16, 32)]
first = 16 + names.index(b'BEA01')
disc[16 * 2048:32 * 2048] = disc[first * 2048:(first + 3) * 2048].ljust(16 * 2048, b'\0')
write('udf.iso', bytes(disc))

# What COMPRESS.EXE makes, without a single reference to what came before.
text = read('tree/folder/inner.txt')
pieces = b''.join(b'\xff' + text[at:at + 8] for at in range(0, len(text), 8))
write('inner.tx_', b'SZDD\x88\xf0\x27\x33At' + struct.pack('<I', len(text)) + pieces)
PYTHON

# ---- packages and archives ----
wimcapture tree image.wim --compress=LZX >/dev/null 2>&1
(cd tree && bsdtar --format=xar -cf ../package.xar hello.txt folder && find hello.txt folder | cpio --quiet -o -H newc >../newc.cpio &&
  find hello.txt folder | cpio --quiet -o -H odc >../odc.cpio && arj a -r -y ../old.arj hello.txt folder/ >/dev/null &&
  jlha aq ../old.lzh hello.txt folder && gcab -c -z ../mszip.cab hello.txt folder/inner.txt && tar cf ../plain.tar --format=ustar hello.txt folder &&
  7z a -bso0 ../body.7z hello.txt folder && 7z a -bso0 -tzip ../body.zip hello.txt folder)
lzip -c tree/folder/inner.txt >inner.txt.lz && compress -c tree/folder/inner.txt >inner.txt.Z
xz -c --format=lzma tree/folder/inner.txt >inner.txt.lzma && xz -c tree/folder/inner.txt >inner.txt.xz
bzip2 -c tree/folder/inner.txt >inner.txt.bz2 && zstd -qc tree/folder/inner.txt >inner.txt.zst && gzip -9nc tree/folder/inner.txt >inner.txt.gz
seq 1 1100 | head -c 4875 | lzip -c >numbers.txt.lz
(lzip -c tree/hello.txt && lzip -c tree/folder/inner.txt) >two.txt.lz
mkdir -p deb/DEBIAN deb/usr/share/demo && cp tree/hello.txt deb/usr/share/demo/
printf 'Package: demo\nVersion: 1\nArchitecture: all\nMaintainer: stoQ <stoq@example.com>\nDescription: demo\n' >deb/DEBIAN/control
dpkg-deb --root-owner-group -Zxz -b deb demo.deb >/dev/null
cat >demo.spec <<SPEC
Name: demo
Version: 1
Release: 1
Summary: demo
License: Apache-2.0
BuildArch: noarch
%description
demo
%install
mkdir -p %{buildroot}/usr/share/demo
cp $work/tree/hello.txt %{buildroot}/usr/share/demo/
%files
/usr/share/demo/hello.txt
SPEC
rpmbuild --quiet -bb --define "_rpmdir $work/rpm" --define "_topdir $work/build" demo.spec >/dev/null 2>&1
cp rpm/noarch/demo*.rpm demo.rpm
cat >demo.wxs <<WXS
<?xml version="1.0"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi"><Product Id="*" Name="Demo" Language="1033" Version="1.0.0" Manufacturer="stoQ"
UpgradeCode="12345678-1234-1234-1234-111111111111"><Package InstallerVersion="200" Compressed="yes"/><Media Id="1" Cabinet="demo.cab"
EmbedCab="yes"/><Directory Id="TARGETDIR" Name="SourceDir"><Directory Id="D" Name="Demo"><Component Id="C"
Guid="12345678-1234-1234-1234-222222222222"><File Id="hello.txt" Source="tree/hello.txt" KeyPath="yes"/></Component></Directory>
</Directory><Feature Id="F" Level="1"><ComponentRef Id="C"/></Feature></Product></Wix>
WXS
wixl -o demo.msi demo.wxs
cat >demo.nsi <<NSI
OutFile "nsis.exe"
Name "Demo"
RequestExecutionLevel user
SetCompressor /SOLID lzma
Section
SetOutPath \$INSTDIR
File tree/hello.txt
File /r tree/folder
SectionEnd
NSI
makensis -V1 demo.nsi
printf '<html><body>stoQ sees what is in a help file.</body></html>\n' >start.html
printf '[OPTIONS]\nCompiled file=help.chm\nDefault topic=start.html\nTitle=Demo\n[FILES]\nstart.html\n' >help.hhp
chmcmd help.hhp >/dev/null

# Programs: one that does nothing, with what unpackers find behind it.
python3 - "$out/../../../parity/samples" <<'PYTHON'
import sys
read = lambda name: open(name, 'rb').read()
def write(name, data): open(name + '.masked', 'wb').write(bytes(byte ^ 0x5a for byte in data))
program, installer = read(sys.argv[1] + '/pe32.exe'), read('nsis.exe')
start = installer.index(b'\xef\xbe\xad\xdeNullsoftInst') - 4
write('nsis.exe', program.ljust(-(-len(program) // 512) * 512, b'\0') + installer[start:])
config = b';!@Install@!UTF-8!\nRunProgram="hello.txt"\n;!@InstallEnd@!'
write('sfx_7z.exe', program + config + read('body.7z'))
write('sfx_rar.exe', program + read(sys.argv[1] + '/rar4_stored.rar'))
write('sfx_zip.exe', program + read('body.zip'))
write('knows_formats.exe', program + b'7z\xbc\xaf\x27\x1c\0 Rar!\x1a\x07\0 \xef\xbe\xad\xdeNullsoftInst PK\5\6'.ljust(600, b'.'))
PYTHON

for name in fat12.img fat32.img ntfs.img ext2.img ext4.img hfsplus.img apm.img joliet.iso rockridge.iso bridge.iso udf.iso hybrid_mbr.iso \
  mbr_two.img gpt_two.img ntfs.vhd fixed.vhd ntfs.vhdx two.vmdk two.vdi fat12.qcow2 stream.vmdk nothing.vdi bomb.qcow2; do packed $name; done
cp squashfs_gzip.img squashfs_xz.img squashfs_lz4.img cramfs.img bomb_squashfs.img fat12.qcow fat12.simg ./*.dmg inner.tx_ image.wim package.xar \
  ./*.cpio old.arj old.lzh mszip.cab plain.tar inner.txt.* two.txt.lz demo.deb demo.rpm demo.msi help.chm ./*.masked "$out/"
