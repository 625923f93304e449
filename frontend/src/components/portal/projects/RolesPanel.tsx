"use client";

import { IconCheck, IconMinus } from "@tabler/icons-react";
import { Panel } from "@/components/ui/Panel";
import { useI18n } from "@/i18n/I18nProvider";
import { RIGHTS, ROLES, may } from "@/lib/portal/projectRoles";
import classes from "./Projects.module.css";

/** What each role may do, told by sign and word, not by colour. */
export function RolesPanel() {
  const { t } = useI18n();
  return (
    <Panel title={t("projects.rolesTitle")} hint={t("projects.rolesHint")} flush>
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("projects.rolesTitle")}>
        <table className={classes.roles}>
          <thead>
            <tr>
              <th scope="col">{t("projects.may")}</th>
              {ROLES.map((role) => (
                <th key={role} scope="col">
                  {t(`projects.role_${role}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {RIGHTS.map((right) => (
              <tr key={right}>
                <th scope="row">{t(`projects.right_${right}`)}</th>
                {ROLES.map((role) => (
                  <td key={role} data-may={may(role, right)}>
                    {may(role, right) ? <IconCheck size={16} stroke={2} role="img" aria-label={t("common.yes")} /> : <IconMinus size={15} stroke={1.6} role="img" aria-label={t("common.no")} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
