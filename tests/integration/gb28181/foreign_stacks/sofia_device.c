/* A device on Sofia-SIP: registers by Digest, keeps alive once, answers OPTIONS and MESSAGE, logs off, and says so.
 *
 * sofia_device PLATFORM_URI ADDRESS_OF_RECORD CODE REALM PASSWORD */
#include <stdio.h>

struct device;
#define NUA_MAGIC_T struct device
#include <sofia-sip/nua.h>
#include <sofia-sip/su_wait.h>

struct device {
  su_root_t *root;
  nua_handle_t *registration;
  const char *platform, *address, *code, *realm, *password;
};

static void authenticate(struct device *device, nua_handle_t *handle) {
  char proof[256];
  snprintf(proof, sizeof proof, "Digest:\"%s\":%s:%s", device->realm, device->code, device->password);
  nua_authenticate(handle, NUTAG_AUTH(proof), TAG_END());
}

static void keep_alive(nua_t *nua, struct device *device) {
  char body[256];
  snprintf(body, sizeof body,
           "<?xml version=\"1.0\"?>\r\n<Notify>\r\n<CmdType>Keepalive</CmdType>\r\n<SN>1</SN>\r\n"
           "<DeviceID>%s</DeviceID>\r\n<Status>OK</Status>\r\n</Notify>\r\n", device->code);
  nua_handle_t *handle = nua_handle(nua, NULL, SIPTAG_TO_STR(device->platform), TAG_END());
  nua_message(handle, NUTAG_URL(device->platform), SIPTAG_CONTENT_TYPE_STR("Application/MANSCDP+xml"),
              SIPTAG_PAYLOAD_STR(body), TAG_END());
}

static void heard(nua_event_t event, int status, char const *phrase, nua_t *nua, nua_magic_t *device, nua_handle_t *handle,
                  nua_hmagic_t *unused, sip_t const *sip, tagi_t tags[]) {
  (void)phrase; (void)unused; (void)sip; (void)tags;
  if (event == nua_r_register && (status == 401 || status == 407)) authenticate(device, handle);
  else if (event == nua_r_register && status >= 200) {
    printf("REGISTER %d\n", status);
    fflush(stdout);
    if (status == 200) keep_alive(nua, device); else su_root_break(device->root);
  } else if (event == nua_r_message && status >= 200) {
    printf("MESSAGE %d\n", status);
    fflush(stdout);
    nua_unregister(device->registration, TAG_END());
  } else if (event == nua_r_unregister && (status == 401 || status == 407)) authenticate(device, handle);
  else if (event == nua_r_unregister && status >= 200) {
    printf("UNREGISTER %d\n", status);
    fflush(stdout);
    su_root_break(device->root);
  }
}

int main(int argc, char *argv[]) {
  if (argc != 6) return 2;
  struct device device = {.platform = argv[1], .address = argv[2], .code = argv[3], .realm = argv[4], .password = argv[5]};
  su_init();
  device.root = su_root_create(NULL);
  nua_t *nua = nua_create(device.root, heard, &device, NUTAG_URL("sip:127.0.0.1:*;transport=udp"),
                          SIPTAG_FROM_STR(device.address), NUTAG_OUTBOUND("no-validate no-natify no-options-keepalive"), TAG_END());
  if (nua == NULL) return 3;
  device.registration = nua_handle(nua, NULL, SIPTAG_TO_STR(device.address), TAG_END());
  nua_register(device.registration, NUTAG_REGISTRAR(device.platform), NUTAG_M_USERNAME(device.code), SIPTAG_EXPIRES_STR("3600"), TAG_END());
  su_root_run(device.root);
  return 0;
}
