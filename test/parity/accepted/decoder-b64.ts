import type { AcceptedDifference } from '../accepted-differences.ts'

/** Archives, programs and documents, of which v1 decodes the bytes that happen to be letters or digits. */
const binarySamples = `
  7z_plain.7z 7z_pw_hdr.7z 7z_pw_infected.7z ace_header_only.ace badhdr_7z_plain.7z badhdr_bz2_text.bz2
  badhdr_elf64_dyn badhdr_pdf_text.pdf badhdr_swf_cws.swf badhdr_xlsx_sheets.xlsx badhdr_zip_plain.zip
  cab_stored.cab elf64_dyn elf64_obj.o elf64_static elf64_trunc eml_malformed.eml gpg_pubkey.gpg
  gz_nosuffix ioc_binary.bin jar_hello.jar java_Hello.class office_calc.xlsx office_word.docx
  office_writer.odt office_writer.pdf pdf_embedded.pdf pdf_enc_aes256.pdf pdf_enc_rc4.pdf pdf_ioc.pdf
  pdf_text.pdf pe32.dll pe32_gui.exe pe32_ordinals.exe pe32_packed.exe pe32_zip_overlay.exe pe64_crt.exe
  pe64_driver.sys rpm_sample.rpm rtf_bin.rtf swf_badlen.swf swf_two.bin swf_zws.swf swf_zws_offset.bin
  tarbz2.tar.bz2 targz.tar.gz targz.tgz trunc_7z_plain.7z trunc_ar_lib.a trunc_deb_sample.deb
  trunc_pdf_text.pdf trunc_tar_plain.tar trunc_xor1_41.bin trunc_xz_text.xz trunc_zip_plain.zip
  trunc_zip_pw_infected.zip xlsx_dup_headers.xlsx xlsx_sheets.xlsx xor16_pe.bin xor1_20_text.bin
  xor1_41.bin xor1_ff.bin xor3_highbytes_pe.bin xor4_ascii_pe.bin xor4_pe.bin xor7_pe.bin xz_text.xz
  zip_200.zip zip_aes_infected.zip zip_badcrc.zip zip_ctlnames.zip zip_m_lzma.zip zip_nested5.zip
  zip_onefile_samename.zip zip_plain.zip zip_prefixed.bin zip_pw_infected.zip zip_pw_secret.zip
  zip_spanned_marker.zip zip_traversal.zip zip_unicode.zip
`

export const accepted: AcceptedDifference[] = [
  ...binarySamples
    .trim()
    .split(/\s+/)
    .map(sample => ({
      record: `decoder/b64/_all.json#${sample}`,
      reason:
        'A payload with binary bytes is no Base64 text: null instead of noise, as asked for of random_4k.bin.',
    })),
  {
    record: 'decoder/b64/_all.json#zeros_4k.bin',
    reason: 'There is no Base64 character in it: null instead of an empty payload.',
  },
]
